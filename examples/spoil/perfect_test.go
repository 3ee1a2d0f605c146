package spoil

import "zhuomo/dataset"

type placeSource = dataset.Source

func blobsOf(t Truth) map[string]string {
	blobs := map[string]string{}
	for _, f := range t.Files {
		blobs[f.Name] = f.Blob
	}
	return blobs
}

func sourceOf(r Record, blobs map[string]string) dataset.Source {
	return dataset.Source{Blob: blobs[r.File], Part: r.Part, Record: r.Number}
}

// perfect is what a faultless cleaning leaves: of each group the first.
func perfect(t Truth) (rows []Cleaned, aside []dataset.Source) {
	blobs, stays := blobsOf(t), map[int]bool{}
	for _, r := range t.Records {
		if len(r.Want) == 0 || r.Group > 0 && stays[r.Group] {
			aside = append(aside, sourceOf(r, blobs))
			continue
		}
		stays[r.Group] = true
		rows = append(rows, Cleaned{sourceOf(r, blobs), r.Want[0]})
	}
	return rows, aside
}
