package builtin

import (
	"zhuomo/dataset"
	"zhuomo/dataset/format"
)

// Formats lists the file formats in the order in which pages show them. When two
// are equally sure of a file, the earlier one reads it.
func Formats() []dataset.Format {
	return []dataset.Format{
		format.CSV(),     // dataset.csv.v1
		format.TSV(),     // dataset.tsv.v1
		format.XLSX(),    // dataset.xlsx.v1
		format.JSONL(),   // dataset.jsonl.v1
		format.JSON(),    // dataset.json.v1
		format.Parquet(), // dataset.parquet.v1
		format.SQLite(),  // dataset.sqlite.v1
		format.HTML(),    // dataset.html.v1
		format.TXT(),     // dataset.txt.v1
		format.ZIP(),     // dataset.zip.v1
		format.GZ(),      // dataset.gz.v1
	}
}
