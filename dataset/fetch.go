package dataset

import (
	"context"
	"errors"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/blob"
)

// fetchPatience is how long a file may take to come from its address.
const fetchPatience = 30 * time.Minute

// fetched keeps the file that lies at an address, as if it had been uploaded.
func (s *Service) fetched(ctx context.Context, address string) (raw blob.Hash, name string, err error) {
	file, err := s.outside.Get(ctx, address)
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, file.Body.Close()) }()
	name = file.Name
	if name == "" {
		name = address
	}
	raw, err = s.keep(ctx, api.Incoming{Reader: file.Body, Name: name, Type: file.Type, Size: file.Size})
	return raw, name, err
}

// previewFetched fetches the file at an address and tells what it is.
func (s *Service) previewFetched(ctx context.Context, in *struct {
	ProductPath
	Body struct {
		URL string `json:"url" minLength:"1" maxLength:"4000" doc:"文件或网页的网址，http 或 https|address of the file or page, http or https"`
	}
}) (*out[Previewed], error) {
	if _, err := s.FindProduct(ctx, in.Product); err != nil {
		return nil, err
	}
	raw, name, err := s.fetched(ctx, in.Body.URL)
	if err != nil {
		return nil, err
	}
	return s.previewed(ctx, raw, name, Settings{})
}

// fetch imports the file at an address.
func (s *Service) fetch(ctx context.Context, in *struct {
	DatasetPath
	Body struct {
		URL      string   `json:"url" minLength:"1" maxLength:"4000" doc:"文件或网页的网址，http 或 https|address of the file or page, http or https"`
		Mode     Mode     `json:"mode,omitempty" enum:"append,replace" default:"append" doc:"追加在后，或替换原有行|append to the rows, or replace them"`
		Settings Settings `json:"settings,omitempty" doc:"导入设置|settings"`
	}
}) (*out[api.Started], error) {
	d, err := s.FindDataset(ctx, in.Product, in.Dataset)
	if err != nil {
		return nil, err
	}
	raw, name, err := s.fetched(ctx, in.Body.URL)
	if err != nil {
		return nil, err
	}
	id, err := s.StartImport(ctx, Order{DatasetID: d.ID, Raw: string(raw), Name: name, Mode: in.Body.Mode, Settings: in.Body.Settings})
	return &out[api.Started]{api.Started{JobID: id}}, err
}
