package dataset

import (
	"context"
	"io"
	"slices"
	"strings"
)

// Export writes all rows of a version in a format, personal data masked if o says so.
// Faults: NoSuchVersion, NoSuchFormat, CannotWrite.
func (s *Service) Export(ctx context.Context, to io.Writer, versionID, format string, o WriteOptions) error {
	w, err := s.writer(format)
	if err != nil {
		return err
	}
	v, err := s.Version(ctx, versionID)
	if err != nil {
		return err
	}
	return w.Write(ctx, to, v.Schema, func(each func(Row) error) error {
		return s.Rows(ctx, versionID, func(row Row) error {
			if o.Masked {
				row = row.masked()
			}
			return each(row)
		})
	}, o)
}

func (s *Service) writer(id string) (Writer, error) {
	var known, writable []string
	var found Format
	for _, f := range s.formats {
		known = append(known, f.Spec().ID)
		if _, ok := f.(Writer); ok {
			writable = append(writable, f.Spec().ID)
		}
		if f.Spec().ID == id {
			found = f
		}
	}
	if found == nil {
		return nil, NoSuchFormat.With("format", id, "known", strings.Join(known, ", ")).At("format")
	}
	w, ok := found.(Writer)
	if !ok {
		return nil, CannotWrite.With("format", id, "known", strings.Join(writable, ", ")).At("format")
	}
	return w, nil
}

// mediaTypes are those of the formats that can be written, in order; none where
// routes are only named and no service is open.
func (s *Service) mediaTypes() []string {
	if s == nil {
		return nil
	}
	var types []string
	for _, f := range s.formats {
		if w, ok := f.(Writer); ok {
			types = append(types, w.Spec().MediaType)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}
