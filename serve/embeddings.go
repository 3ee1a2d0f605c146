package serve

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"strings"

	"zhuomo/internal/api"
	"zhuomo/internal/spec"
)

// Bounds of one request for vectors; those of OpenAI.
const (
	mostEmbedded   = 2048      // texts
	mostEmbedToken = 300_000   // tokens of all texts
	maxEmbedBody   = 8 << 20   // bytes
	encodings      = 2         // requests that are worked on at once
	longestInput   = 256 << 10 // bytes of a text: more than an encoder reads
)

// embedIn is a request as OpenAI's clients send it.
type embedIn struct {
	Input      json.RawMessage `json:"input"`
	Model      string          `json:"model"`
	Encoding   string          `json:"encoding_format"`
	Dimensions *int            `json:"dimensions"`
}

// embedOut is the answer.
type embedOut struct {
	Object string     `json:"object"`
	Data   []embedded `json:"data"`
	Model  string     `json:"model"`
	Usage  embedUsage `json:"usage"`
}

type embedded struct {
	Object    string `json:"object"`
	Index     int    `json:"index"`
	Embedding any    `json:"embedding"` // numbers, or their bytes in base64
}

type embedUsage struct {
	PromptTokens int `json:"prompt_tokens"`
	TotalTokens  int `json:"total_tokens"`
}

// embeddings is POST /v1/embeddings in OpenAI's form.
func (s *Service) embeddings(w http.ResponseWriter, r *http.Request) {
	var in embedIn
	err := readBody(r, &in)
	var out embedOut
	if err == nil {
		out, err = s.embed(r.Context(), in)
	}
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // a reader that hung up is nobody's fault
}

// embed answers one request. Faults: NoEncoder, NoSuchEncoder, BadEmbedding.
func (s *Service) embed(ctx context.Context, in embedIn) (embedOut, error) {
	e := s.n.Embedder
	if e == nil {
		return embedOut{}, NoEncoder.With()
	}
	if in.Model != e.Name() {
		return embedOut{}, NoSuchEncoder.With("model", in.Model, "known", e.Name()).At("model")
	}
	dim := e.Dim()
	if in.Dimensions != nil {
		dim = *in.Dimensions
	}
	texts, err := embedTexts(in.Input)
	switch {
	case err != nil:
		return embedOut{}, err
	case dim < 1 || dim > e.Dim():
		return embedOut{}, badEmbedding("dimensions", "dimensions 要在 1 和向量的维数之间", "dimensions must lie between 1 and the length of a vector")
	case in.Encoding != "" && in.Encoding != "float" && in.Encoding != "base64":
		return embedOut{}, badEmbedding("encoding_format", "encoding_format 只能是 float 或 base64", "encoding_format must be float or base64")
	}
	select {
	case s.encoding <- struct{}{}:
		defer func() { <-s.encoding }()
	case <-ctx.Done():
		return embedOut{}, ctx.Err()
	}
	out := embedOut{Object: "list", Data: make([]embedded, len(texts)), Model: e.Name()}
	for _, text := range texts {
		out.Usage.PromptTokens += len(e.Tokens(text))
	}
	out.Usage.TotalTokens = out.Usage.PromptTokens
	if out.Usage.PromptTokens > mostEmbedToken {
		return embedOut{}, badEmbedding("input", "所有文字加起来超过 300000 个词元", "all texts together have more than 300,000 tokens")
	}
	vectors, err := e.Encode(ctx, texts, 0)
	if err != nil {
		return embedOut{}, err
	}
	for i, v := range vectors {
		if dim < len(v) {
			v = shortened(v, dim)
		}
		out.Data[i] = embedded{Object: "embedding", Index: i, Embedding: v}
		if in.Encoding == "base64" {
			bytes := make([]byte, 0, 4*len(v))
			for _, x := range v {
				bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
			}
			out.Data[i].Embedding = base64.StdEncoding.EncodeToString(bytes)
		}
	}
	return out, nil
}

// embedTexts reads the input: a text or a list of texts. Fault: BadEmbedding.
func embedTexts(input json.RawMessage) ([]string, error) {
	var texts []string
	var one string
	switch {
	case json.Unmarshal(input, &one) == nil && len(input) > 0 && input[0] == '"':
		texts = []string{one}
	case json.Unmarshal(input, &texts) != nil:
		return nil, badEmbedding("input", "input 要是文字或文字的列表（数字的词元不行，各模型不同）", "input must be a text or a list of texts (numbers of tokens mean something else to each model)")
	}
	if len(texts) < 1 || len(texts) > mostEmbedded {
		return nil, badEmbedding("input", "input 要有 1 到 2048 句", "input must have 1 to 2,048 texts")
	}
	for _, text := range texts {
		if strings.TrimSpace(text) == "" || len(text) > longestInput {
			return nil, badEmbedding("input", "有一句是空的，或长过 256 KiB", "a text is empty, or longer than 256 KiB")
		}
	}
	return texts, nil
}

func badEmbedding(field, zh, en string) error {
	return BadEmbedding.With("problem", spec.Text{ZH: zh, EN: en}).At(field)
}

// shortened gives the first numbers of a vector, made as long as a vector of theirs is.
func shortened(v []float32, dim int) []float32 {
	out := append([]float32(nil), v[:dim]...)
	sum := 0.0
	for _, x := range out {
		sum += float64(x) * float64(x)
	}
	if length := math.Sqrt(sum); length > 0 {
		for i := range out {
			out[i] = float32(float64(out[i]) / length)
		}
	}
	return out
}
