package app

import (
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"zhuomo/internal/spec"
	"zhuomo/learn/encoder"
	"zhuomo/serve"
)

// brought is what whoever starts the program brings to it in folders.
type brought struct{ trainers, encoder string }

func (b *brought) flags(f *pflag.FlagSet, lang string) {
	trainersFlag(f, lang, &b.trainers)
	f.StringVar(&b.encoder, "encoder", "", spec.Text{
		ZH: "编码器文件夹（Hugging Face 格式的 BERT 类模型）：/v1/embeddings 用它给出向量",
		EN: "folder of an encoder (a BERT-like model in Hugging Face form): /v1/embeddings gives its vectors",
	}.In(lang))
}

// trainersVariable names the folder of outside trainers where no flag does.
const trainersVariable = "ZHUOMO_TRAINERS"

func trainersFlag(f *pflag.FlagSet, lang string, into *string) {
	f.StringVar(into, "trainers", os.Getenv(trainersVariable), spec.Text{
		ZH: "外部训练器所在文件夹（每个子文件夹一份 trainer.yaml），默认取 ZHUOMO_TRAINERS；里面的命令会在本机运行",
		EN: "folder of outside trainers (each a folder with a trainer.yaml), by default ZHUOMO_TRAINERS; their commands run on this machine",
	}.In(lang))
}

// named is an encoder with the name of its folder.
type named struct {
	*encoder.Encoder
	name string
}

// Name is what clients call it.
func (n named) Name() string { return n.name }

// embedderOf opens the encoder of a folder; "" is none.
func embedderOf(folder string) (serve.Embedder, error) {
	if folder == "" {
		return nil, nil
	}
	whole, err := filepath.Abs(folder)
	if err != nil {
		return nil, encoder.NoFolder.With("file", folder).Because(err)
	}
	e, err := encoder.Open(os.DirFS(whole))
	if err != nil {
		return nil, err
	}
	return named{e, filepath.Base(whole)}, nil
}
