package examples

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"zhuomo/internal/spec"
)

// Every folder here with a product.yaml is a product: nothing else names it.
//
//go:embed */*.yaml */conversations/*.txt */entities/*.csv
var folders embed.FS

// Product is one example product: a folder of files, each in the format of the
// stage that reads it.
//
//	product.yaml         title, order, channels, notices (this type)
//	conversations/*.txt  what was said, with labels       entities/*.csv  tables
//	guideline.yaml entries.yaml suite.yaml recipe.yaml gate.yaml flow.yaml stories.yaml
type Product struct {
	ID       string    `yaml:"-"`        // name of the folder
	Title    spec.Text `yaml:"title"`    // of the product that is made of it
	Order    int       `yaml:"order"`    // among the products; the first is made unless another is named
	Channels []string  `yaml:"channels"` // that conversations may have
	Notices  *Notices  `yaml:"notices"`

	files fs.FS
}

// Notices are what machines and agents paste into conversations, for
// examples/spoil; %d takes a number that varies.
type Notices struct {
	Opening []string `yaml:"opening"`
	Middle  []string `yaml:"middle"`
	Closing []string `yaml:"closing"`
}

// Products lists the embedded products in their order. An error means that a
// product.yaml is broken; the tests of this package see to that.
func Products() ([]Product, error) { return readProducts(folders) }

func readProducts(in fs.FS) ([]Product, error) {
	names, err := fs.Glob(in, "*/product.yaml")
	if err != nil {
		return nil, fmt.Errorf("list products: %w", err)
	}
	var all []Product
	for _, name := range names {
		p := Product{ID: path.Dir(name)}
		if p.files, err = fs.Sub(in, p.ID); err != nil {
			return nil, fmt.Errorf("open %s: %w", p.ID, err)
		}
		if err := decode(p.files, "product.yaml", &p); err != nil {
			return nil, fmt.Errorf("%s: %w", p.ID, err)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Product) int {
		if a.Order != b.Order {
			return a.Order - b.Order
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, nil
}

// Find gives the product of a name, the first one for "". Fault: NoProduct.
func Find(id string) (Product, error) {
	all, err := Products()
	if err != nil {
		return Product{}, err
	}
	var names []string
	for _, p := range all {
		if p.ID == id || id == "" {
			return p, nil
		}
		names = append(names, p.ID)
	}
	return Product{}, NoProduct.With("product", id, "products", strings.Join(names, ", "))
}

// File gives one file of the product as it was written, such as flow.yaml; its
// own stage reads it. Error: fs.ErrNotExist.
func (p Product) File(name string) ([]byte, error) { return fs.ReadFile(p.files, name) }
