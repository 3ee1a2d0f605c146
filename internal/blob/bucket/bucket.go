// Package bucket keeps blobs in a bucket of any store that speaks S3, and a bounded
// part of them in a folder of this machine.
//
//	in:   s3://bucket/prefix, the folder      out: Store, a blob.Store
//	read: bucket.go → cache.go → reader.go → faults.go
//
// A blob is the object <prefix>/<64 digits>; what was set aside is
// <prefix>/aside/<64 digits>. Many processes and machines may share a prefix.
package bucket

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"zhuomo/internal/blob"
)

const (
	defaultEndpoint = "https://s3.amazonaws.com"
	defaultCacheMiB = 4 << 10
	// partBytes is the size from which an object goes up in parts, and of each.
	partBytes = 16 << 20
	// copyAtOnce is the largest object that one request may copy.
	copyAtOnce = 5 << 30
	// tries is how often a request is sent that meets no answer or a busy one, with
	// a wait between that doubles from 0.2 s up to a second, give or take chance.
	tries = 5
)

// Options says where the bucket is.
type Options struct {
	Endpoint string // https://host:port
	Region   string // "" = asked of the store
	Bucket   string
	Prefix   string // without a slash at its ends, may be ""
	PathKeys bool   // the bucket is in the path, not in the host's name; on by itself where that is needed
	CacheMiB int64  // of the folder
	// FetchBytes is the size up to which a blob is fetched whole when it is opened,
	// 0 = blob.VerifyOnOpen.
	FetchBytes int64
	// Credentials, nil = AWS_ACCESS_KEY_ID and its like, then ~/.aws/credentials,
	// then the role of the machine.
	Credentials *credentials.Credentials
}

// Parse reads s3://bucket/prefix?endpoint=https://host:9000&region=…&path=true&cache_mib=4096.
// Errors: BadAddress.
func Parse(address string) (Options, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		return Options{}, BadAddress.With("why", "s3://bucket/prefix?endpoint=https://…")
	}
	o := Options{Endpoint: defaultEndpoint, Bucket: u.Host, Prefix: strings.Trim(path.Clean("/"+u.Path), "/"), CacheMiB: defaultCacheMiB}
	for name, values := range u.Query() {
		value := values[0]
		switch name {
		case "endpoint":
			o.Endpoint = value
		case "region":
			o.Region = value
		case "path":
			o.PathKeys, err = strconv.ParseBool(value)
		case "cache_mib":
			o.CacheMiB, err = strconv.ParseInt(value, 10, 32)
			if o.CacheMiB < 1 {
				err = strconv.ErrRange
			}
		default:
			err = fmt.Errorf("unknown")
		}
		if err != nil {
			return Options{}, BadAddress.With("why", name+"="+value)
		}
	}
	return o, nil
}

// Store is a prefix of a bucket.
type Store struct {
	client *minio.Client
	bucket string
	prefix string // with a slash at its end, or ""
	cache  *cache
	fetch  int64
	// putting is held for reading while something goes up, for writing while one is
	// looked at and deleted.
	putting sync.RWMutex
}

// Open reaches the bucket; folder is this process's own.
// Errors: BadAddress, NoBucket, Refused, Unreachable.
func Open(ctx context.Context, o Options, folder string) (*Store, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, BadAddress.With("why", "endpoint="+o.Endpoint)
	}
	if o.Credentials == nil {
		o.Credentials = credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{}})
	}
	options := &minio.Options{
		Creds: o.Credentials, Secure: u.Scheme == "https", Region: o.Region, MaxRetries: tries,
		BucketLookup: minio.BucketLookupAuto,
	}
	if o.PathKeys {
		options.BucketLookup = minio.BucketLookupPath
	}
	s := &Store{bucket: o.Bucket, prefix: o.Prefix, fetch: cmp.Or(o.FetchBytes, blob.VerifyOnOpen)}
	if s.prefix != "" {
		s.prefix += "/"
	}
	if s.client, err = minio.New(u.Host, options); err != nil {
		return nil, BadAddress.With("why", "endpoint="+o.Endpoint).Because(err)
	}
	if err := s3utils.CheckValidBucketName(s.bucket); err != nil {
		return nil, BadAddress.With("why", s.bucket).Because(err)
	}
	there, err := s.client.BucketExists(ctx, s.bucket)
	switch {
	case err != nil:
		return nil, s.explain("look for the bucket", err)
	case !there:
		return nil, NoBucket.With("bucket", s.bucket)
	}
	s.cache, err = openCache(ctx, folder, o.CacheMiB<<20)
	return s, err
}

func (s *Store) key(h blob.Hash) string { return s.prefix + h.Hex() }

// Put keeps the bytes in the folder first, since their name is their hash, and
// then sends them with a sum that the bucket checks. It sends them also if they
// are there: that mends and renews.
func (s *Store) Put(ctx context.Context, r io.Reader) (blob.Hash, int64, error) {
	h, size, unpin, err := s.cache.put(ctx, r)
	if err != nil {
		return "", 0, err
	}
	defer unpin()
	for {
		if err := s.send(ctx, h, size); err != nil {
			s.cache.drop(ctx, h) // or it would be found here and nowhere else
			return "", 0, err
		}
		// Another process may have looked at an old one before and deleted it since.
		there, err := s.Has(ctx, h)
		if err != nil {
			return "", 0, err
		}
		if there {
			return h, size, nil
		}
	}
}

func (s *Store) send(ctx context.Context, h blob.Hash, size int64) error {
	s.putting.RLock()
	defer s.putting.RUnlock()
	local, err := s.cache.folder.Open(ctx, h)
	if err != nil {
		return err
	}
	defer local.Close()
	_, err = s.client.PutObject(ctx, s.bucket, s.key(h), io.NewSectionReader(local, 0, size), size, minio.PutObjectOptions{
		ContentType: "application/octet-stream", SendContentMd5: true, PartSize: partBytes, NumThreads: 2,
	})
	return s.explain("send blob "+string(h), err)
}

// Open gives a blob from the folder; where it is not there, one of up to
// FetchBytes is fetched and checked first, a larger one is read from the bucket,
// range by range. Such a reader ends with NotFound once the blob is deleted.
func (s *Store) Open(ctx context.Context, h blob.Hash) (blob.Reader, error) {
	if _, err := blob.ParseHash(string(h)); err != nil {
		return nil, err
	}
	if r, err := s.cache.open(ctx, h); err == nil {
		return r, nil
	}
	info, err := s.client.StatObject(ctx, s.bucket, s.key(h), minio.StatObjectOptions{})
	if err != nil {
		return nil, s.missing(h, "look at blob", err)
	}
	if info.Size > s.fetch {
		return newReader(ctx, s, h, info.Size), nil
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.key(h), minio.GetObjectOptions{})
	if err != nil {
		return nil, s.missing(h, "fetch blob", err)
	}
	defer object.Close()
	got, _, unpin, err := s.cache.put(ctx, object)
	if err != nil {
		return nil, s.missing(h, "fetch blob", err)
	}
	defer unpin()
	if got != h {
		s.cache.drop(ctx, got)
		return nil, blob.Damaged.With("hash", h.Short())
	}
	return s.cache.open(ctx, h)
}

// Has asks the bucket.
func (s *Store) Has(ctx context.Context, h blob.Hash) (bool, error) {
	if _, err := blob.ParseHash(string(h)); err != nil {
		return false, err
	}
	_, err := s.client.StatObject(ctx, s.bucket, s.key(h), minio.StatObjectOptions{})
	if isMissing(err) {
		return false, nil
	}
	return err == nil, s.explain("look for blob "+string(h), err)
}

// Delete removes the object.
func (s *Store) Delete(ctx context.Context, h blob.Hash) error {
	if _, err := blob.ParseHash(string(h)); err != nil {
		return err
	}
	s.cache.drop(ctx, h)
	err := s.client.RemoveObject(ctx, s.bucket, s.key(h), minio.RemoveObjectOptions{})
	if isMissing(err) {
		return nil
	}
	return s.explain("delete blob "+string(h), err)
}

// DeleteIdle goes by the time of the object, which every put renews. In this
// process nothing is put between the look and the deletion; what another process
// puts just then it finds missing right after, and puts again.
func (s *Store) DeleteIdle(ctx context.Context, h blob.Hash, since time.Time) (bool, error) {
	if _, err := blob.ParseHash(string(h)); err != nil {
		return false, err
	}
	s.putting.Lock()
	defer s.putting.Unlock()
	info, err := s.client.StatObject(ctx, s.bucket, s.key(h), minio.StatObjectOptions{})
	switch {
	case isMissing(err):
		return true, nil
	case err != nil:
		return false, s.explain("look at blob "+string(h), err)
	case !info.LastModified.Before(since):
		return false, nil
	}
	return true, s.Delete(ctx, h)
}

// SetAside copies the object within the bucket, then removes it.
func (s *Store) SetAside(ctx context.Context, h blob.Hash) error {
	if _, err := blob.ParseHash(string(h)); err != nil {
		return err
	}
	info, err := s.client.StatObject(ctx, s.bucket, s.key(h), minio.StatObjectOptions{})
	if isMissing(err) {
		return nil
	}
	to, from := minio.CopyDestOptions{Bucket: s.bucket, Object: s.prefix + "aside/" + h.Hex()}, minio.CopySrcOptions{Bucket: s.bucket, Object: s.key(h)}
	switch {
	case err != nil:
	case info.Size > copyAtOnce:
		_, err = s.client.ComposeObject(ctx, to, from)
	default:
		_, err = s.client.CopyObject(ctx, to, from)
	}
	if err != nil {
		return s.explain("set blob "+string(h)+" aside", err)
	}
	return s.Delete(ctx, h)
}

var digits = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Walk lists the prefix; names that are no hashes are passed by.
func (s *Store) Walk(ctx context.Context, each func(h blob.Hash, sizeBytes int64) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends the listing
	for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix}) {
		if o.Err != nil {
			return s.explain("list blobs", o.Err)
		}
		name := strings.TrimPrefix(o.Key, s.prefix)
		if !digits.MatchString(name) {
			continue
		}
		if err := each(blob.FromHex(name), o.Size); err != nil {
			return err
		}
	}
	return ctx.Err()
}
