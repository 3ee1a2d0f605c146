package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/minio/minio-go/v7"

	"zhuomo/internal/blob"
	"zhuomo/internal/fault"
)

// The faults of a bucket.
var (
	BadAddress = fault.Define("bucket.bad_address", fault.Invalid, fault.Text{
		ZH: "看不懂文件仓库的地址（{why}）", FixZH: "写成 s3://桶/前缀?endpoint=https://主机:端口&region=地区；密钥放在环境变量 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY 里",
		EN: "the address of the blobs cannot be read ({why})", FixEN: "write s3://bucket/prefix?endpoint=https://host:port&region=name; keys go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
	})
	NoBucket = fault.Define("bucket.no_bucket", fault.NotFound, fault.Text{
		ZH: "没有桶 {bucket}", FixZH: "先建好这个桶，或改正 --blobs 里的名字",
		EN: "there is no bucket {bucket}", FixEN: "make the bucket first, or mend its name in --blobs",
	})
	Refused = fault.Define("bucket.refused", fault.Denied, fault.Text{
		ZH: "对象存储拒绝了请求（{why}）", FixZH: "检查环境变量里的密钥，以及它能否读、写、删、列这个桶；再看本机时钟准不准",
		EN: "the object store refuses us ({why})", FixEN: "check the keys in the environment, that they may read, write, delete and list in the bucket, and this machine's clock",
	})
	Unreachable = fault.Define("bucket.unreachable", fault.Busy, fault.Text{
		ZH: "连不上对象存储", FixZH: "检查它是否在运行、网络是否通，然后重试；已保存的文件没有受损",
		EN: "the object store cannot be reached", FixEN: "check that it runs and that the network works, then try again; what was saved is unharmed",
	})
)

// isMissing tells that there is no such object.
func isMissing(err error) bool {
	if err == nil {
		return false
	}
	r := minio.ToErrorResponse(err)
	return r.Code == minio.NoSuchKey || r.Code != minio.NoSuchBucket && r.StatusCode == http.StatusNotFound
}

// missing is explain where it may be that there is no such blob.
func (s *Store) missing(h blob.Hash, doing string, err error) error {
	if isMissing(err) {
		return blob.NotFound.With("hash", h.Short()).Because(err)
	}
	return s.explain(doing+" "+string(h), err)
}

// explain turns an error of the client into a fault.
func (s *Store) explain(doing string, err error) error {
	var f *fault.Fault
	var network net.Error
	switch {
	case err == nil, errors.As(err, &f):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, err)
	}
	r := minio.ToErrorResponse(err)
	switch {
	case r.Code == minio.NoSuchBucket:
		return NoBucket.With("bucket", s.bucket).Because(err)
	case r.StatusCode == http.StatusForbidden, r.StatusCode == http.StatusUnauthorized:
		return Refused.With("why", r.Code).Because(err)
	case r.StatusCode >= 500, r.StatusCode == http.StatusTooManyRequests, errors.As(err, &network),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Unreachable.With().Because(fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}
