package dataset

import "context"

// ReadAndProfile is an import without its storage, for the benchmark.
func ReadAndProfile(ctx context.Context, formats []Format, in File, set Settings) (Profile, error) {
	p := newProfiler(profileLanes, nil)
	report, err := readFile(ctx, formats, in, "sha256:x", "big.csv", set, StandardLimits(), nil, func(r Row) error { p.add(r.Values); return nil })
	return p.finish(report.Schema), err
}
