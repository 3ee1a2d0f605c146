package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zhuomo/internal/api"
	"zhuomo/internal/spec"
)

// line is one route as a command: what it takes and how it was typed.
type line struct {
	route     api.Route
	fields    []field
	args      []field // path parameters, then required plain body fields
	hasBody   bool
	wholeBody bool
	values    map[string]*value // by flag name
	product   string
	body      string
	detach    bool
	output    string
	force     bool
}

// routeCommand makes the command of one route.
func routeCommand(r api.Route, word, lang string, o Options, env func(*cobra.Command) *Env) *cobra.Command {
	l := &line{route: r, values: map[string]*value{}}
	l.fields, l.hasBody, l.wholeBody = fieldsOf(r.Path, r.In)
	if r.MayUnmask() {
		l.fields = append(l.fields, field{in: "query", name: api.UnmaskedName, flag: api.UnmaskedName, doc: texts(api.UnmaskedDoc), typ: reflect.TypeFor[bool]()})
	}
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	use := []string{word}
	cmd := &cobra.Command{Short: r.Summary.In(lang), DisableFlagsInUseLine: true}
	for _, f := range l.fields {
		if f.in == "path" {
			if f.name == "product" {
				if r.Shape != api.File { // there it is a flag only
					use = append(use, "[PRODUCT]")
				}
				cmd.Flags().StringVarP(&l.product, "product", "p", "", say("产品（默认取 ZHUOMO_PRODUCT，只有一个产品时可省略）", "product (default: ZHUOMO_PRODUCT; not needed when there is only one)"))
			} else {
				use = append(use, strings.ToUpper(f.flag))
			}
			l.args = append(l.args, f)
		}
	}
	for _, f := range l.fields {
		if f.in == "path" {
			continue
		}
		if f.in == "body" && f.required && (shapeOf(f.typ) == "text" || shapeOf(f.typ) == "int") && r.Shape == api.JSON && len(l.args) < 4 {
			use = append(use, "["+strings.ToUpper(f.flag)+"]")
			l.args = append(l.args, f)
		}
		v := &value{shape: shapeOf(f.typ)}
		l.values[f.flag] = v
		flag := cmd.Flags().VarPF(v, f.flag, "", help(f, lang))
		if v.shape == "bool" {
			flag.NoOptDefVal = "true"
		}
		if f.choices != "" {
			_ = cmd.RegisterFlagCompletionFunc(f.flag, cobra.FixedCompletions(strings.Split(f.choices, ","), cobra.ShellCompDirectiveNoFileComp))
		}
	}
	if l.hasBody {
		cmd.Flags().StringVar(&l.body, "body", "", say("整个输入的 JSON 文件，- 为标准输入；单个字段写 @文件 即取文件内容，@@ 表示 @", "JSON file with the whole input, - for standard input; @FILE as the value of a field takes the file's content, @@ stands for @"))
	}
	switch r.Shape {
	case api.File:
		use = append(use, "FILE")
	case api.Bytes:
		cmd.Flags().StringVarP(&l.output, "output", "o", "", say("存成这个文件；默认写到标准输出", "write to this file; standard output by default"))
		cmd.Flags().BoolVar(&l.force, "force", false, say("覆盖已有的文件", "overwrite an existing file"))
	}
	if mayStartJob(r) {
		cmd.Flags().BoolVar(&l.detach, "detach", false, say("不等作业结束", "do not wait for the job"))
	}
	cmd.Use = strings.Join(use, " ")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return l.run(cmd.Context(), cmd, env(cmd), o, args)
	}
	return cmd
}

func help(f field, lang string) string {
	text := f.doc.In(lang)
	if f.choices != "" {
		text = strings.TrimSpace(text + " (" + strings.ReplaceAll(f.choices, ",", "|") + ")")
	}
	if f.fallback != "" {
		text += spec.Text{ZH: "（默认 ", EN: " (default "}.In(lang) + f.fallback + spec.Text{ZH: "）", EN: ")"}.In(lang)
	}
	return text
}

func (l *line) run(ctx context.Context, cmd *cobra.Command, e *Env, o Options, args []string) error {
	usage := func(zh, en string) error {
		return Usage.With("problem", e.Text(zh, en), "command", cmd.CommandPath())
	}
	files := []string{}
	if l.route.Shape == api.File {
		paths := len(l.args)
		if paths > 0 && l.args[0].name == "product" {
			paths-- // with files at the end the product is a flag, or everything would be ambiguous
		}
		if len(args) <= paths {
			return usage("缺少文件（- 为标准输入）", "no file given (- for standard input)")
		}
		args, files = args[:paths], args[paths:]
	}
	given := map[string]string{}
	wanted := l.args
	if len(wanted) > 0 && wanted[0].name == "product" {
		needed := 0
		for _, f := range wanted {
			if _, flagged := l.values[f.flag]; !flagged || l.values[f.flag].set == nil && l.body == "" {
				needed++
			}
		}
		if l.product != "" || len(args) < needed || l.route.Shape == api.File {
			wanted = wanted[1:]
			given["product"] = l.product
		}
	}
	for _, f := range wanted {
		v := l.values[f.flag]
		if f.in == "body" && (v.set != nil || l.body != "") {
			continue
		}
		if len(args) == 0 {
			return usage("缺少 "+strings.ToUpper(f.flag), "missing "+strings.ToUpper(f.flag))
		}
		if f.in == "body" {
			if err := v.Set(args[0]); err != nil {
				return flagFault(cmd, fmt.Errorf("%s: %w", strings.ToUpper(f.flag), err), e.Lang)
			}
		} else {
			given[f.name] = args[0]
		}
		args = args[1:]
	}
	if len(args) > 0 {
		return tooMany(cmd, args[0], e.Lang)
	}
	for _, f := range l.fields {
		if v := l.values[f.flag]; v != nil && f.required && v.set == nil && l.body == "" {
			return usage("缺少 --"+f.flag, "missing --"+f.flag)
		}
	}
	if err := l.fromFiles(e); err != nil {
		return err
	}
	body, err := l.bodyBytes(e)
	if err != nil {
		return err
	}
	client, err := e.Dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	if product, asked := given["product"]; asked {
		if given["product"], err = client.Product(ctx, e, product); err != nil {
			return err
		}
	}
	address := l.address(given)
	if l.route.Shape == api.File {
		for _, name := range files {
			if err := l.upload(ctx, e, client, address, name); err != nil {
				return err
			}
		}
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, l.route.Method, client.Base+address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return l.answer(ctx, e, client, request)
}

// address fills the path and adds the query.
func (l *line) address(given map[string]string) string {
	path := parameter.ReplaceAllStringFunc(l.route.Path, func(hole string) string {
		name := parameter.FindStringSubmatch(hole)[1]
		if strings.HasSuffix(hole, "...}") {
			return strings.ReplaceAll(url.PathEscape(given[name]), "%2F", "/")
		}
		return url.PathEscape(given[name])
	})
	query := url.Values{}
	for _, f := range l.fields {
		if v := l.values[f.flag]; f.in == "query" && v.set != nil {
			query.Set(f.name, strings.Join(v.set, ","))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// bodyBytes is the JSON of --body, with the flags on top.
// fromFiles puts the content of FILE where a body field was given as @FILE; @@
// stands for @.
func (l *line) fromFiles(e *Env) error {
	for _, f := range l.fields {
		v := l.values[f.flag]
		if f.in != "body" || v.set == nil || v.shape != "text" && v.shape != "json" || !strings.HasPrefix(v.set[0], "@") {
			continue
		}
		name := v.set[0][1:]
		if strings.HasPrefix(name, "@") {
			v.set[0] = name
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return NoFile.With("path", name, "reason", plainReason(err, e.Lang)).At(f.name).Because(err)
		}
		v.set[0] = string(text)
	}
	return nil
}

func (l *line) bodyBytes(e *Env) ([]byte, error) {
	if !l.hasBody {
		return nil, nil
	}
	var whole []byte
	if l.body != "" {
		var err error
		if l.body == "-" {
			whole, err = io.ReadAll(e.In)
		} else {
			whole, err = os.ReadFile(l.body)
		}
		if err != nil {
			return nil, NoFile.With("path", l.body, "reason", plainReason(err, e.Lang)).Because(err)
		}
		if l.wholeBody {
			return whole, nil
		}
	}
	members := map[string]json.RawMessage{}
	if whole != nil {
		if err := json.Unmarshal(whole, &members); err != nil {
			return nil, BadJSON.With("flag", "body", "reason", err.Error()).At("body")
		}
	}
	for _, f := range l.fields {
		if v := l.values[f.flag]; f.in == "body" && v.set != nil {
			text, err := v.json()
			if err != nil {
				return nil, BadJSON.With("flag", f.flag, "reason", err.Error()).At(f.name)
			}
			members[f.name] = text
		}
	}
	return json.Marshal(members)
}

func (l *line) upload(ctx context.Context, e *Env, client *Client, address, name string) error {
	source, size, base := e.In, int64(-1), ""
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return NoFile.With("path", name, "reason", plainReason(err, e.Lang)).Because(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err == nil && info.IsDir() {
			err = errIsFolder
		}
		if err != nil {
			return NoFile.With("path", name, "reason", plainReason(err, e.Lang)).Because(err)
		}
		source, size, base = f, info.Size(), filepath.Base(name)
		mark := "?"
		if strings.Contains(address, "?") {
			mark = "&"
		}
		address += mark + "filename=" + url.QueryEscape(base)
	}
	bar := newBar(e, e.Text("上传 ", "upload ")+base, true)
	defer bar.close()
	request, err := http.NewRequestWithContext(ctx, l.route.Method, client.Base+address, &counted{source, size, bar, 0})
	if err != nil {
		return err
	}
	request.ContentLength = size
	request.Header.Set("Content-Type", "application/octet-stream")
	return l.answer(ctx, e, client, request)
}

// counted shows on a bar how much was read.
type counted struct {
	io.Reader
	size int64
	bar  *bar
	done int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.done += int64(n)
	c.bar.show(c.done, c.size, -1, "")
	return n, err
}

// answer sends the request and tells its answer.
func (l *line) answer(ctx context.Context, e *Env, client *Client, request *http.Request) error {
	for _, f := range l.fields {
		if v := l.values[f.flag]; f.in == "header" && v.set != nil {
			request.Header.Set(f.name, strings.Join(v.set, ","))
		}
	}
	response, err := client.do(request, e.Lang)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if l.route.Shape == api.Bytes {
		return l.save(e, response.Body)
	}
	if l.route.Shape == api.Other {
		_, err := io.Copy(e.Out, response.Body)
		return err
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		if !e.JSON && !e.Quiet {
			fmt.Fprintln(e.Err, e.Text("完成", "done"))
		}
		return nil
	}
	if job := jobIn(text); job != "" && !l.detach {
		return follow(ctx, e, client, job)
	}
	return e.show(text, bodyType(l.route.Out))
}

// save writes a download to --output through a temporary file, so that a
// broken one leaves nothing that looks whole.
func (l *line) save(e *Env, body io.Reader) error {
	if l.output == "" || l.output == "-" {
		_, err := io.Copy(e.Out, body)
		return err
	}
	if _, err := os.Lstat(l.output); err == nil && !l.force {
		return FileExists.With("path", l.output)
	}
	part, err := os.CreateTemp(filepath.Dir(l.output), ".zhuomo-*")
	if err != nil {
		return NoFile.With("path", l.output, "reason", plainReason(err, e.Lang)).Because(err)
	}
	defer os.Remove(part.Name())
	n, err := io.Copy(part, body)
	if err = errors.Join(err, part.Close()); err != nil {
		return fmt.Errorf("write %s: %w", l.output, err)
	}
	if err := os.Rename(part.Name(), l.output); err != nil {
		return fmt.Errorf("write %s: %w", l.output, err)
	}
	if !e.Quiet {
		fmt.Fprintf(e.Err, "%s %s (%s)\n", e.Text("已写入", "wrote"), l.output, spec.Size(n))
	}
	return nil
}

// do sends a request; an answer that is a problem comes back as an error.
func (c *Client) do(request *http.Request, lang string) (*http.Response, error) {
	request.Header.Set("Accept-Language", lang)
	request.Header.Set("Accept", "application/json")
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	response, err := c.HTTP.RoundTrip(request)
	if err != nil {
		if request.Context().Err() != nil {
			return nil, errInterrupted
		}
		return nil, NoServer.With("address", c.Base).Because(err)
	}
	if response.StatusCode < 400 {
		return response, nil
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	p := &api.Problem{}
	if json.Unmarshal(text, p) != nil || p.Code == "" {
		return nil, NotAnAnswer.With("address", c.Base, "status", response.StatusCode)
	}
	return nil, p
}

// get reads one JSON answer.
func (c *Client) get(ctx context.Context, lang, path string, into any) error {
	return c.Call(ctx, lang, http.MethodGet, path, nil, into)
}

// Call sends in (or nothing, when nil) as JSON and reads the answer into out
// (unless nil). A fault of the server comes back as *api.Problem.
func (c *Client) Call(ctx context.Context, lang, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.do(request, lang)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
}

// Download gives the answer of a GET as it comes; the caller closes it. An answer
// that is cut off ends with an error, never with io.EOF.
func (c *Client) Download(ctx context.Context, lang, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Base+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := c.do(request, lang)
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// Send posts size bytes of body and reads the answer into out.
func (c *Client) Send(ctx context.Context, lang, path string, body io.Reader, size int64, out any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base+path, io.LimitReader(body, size))
	if err != nil {
		return err
	}
	request.ContentLength = size
	request.Header.Set("Content-Type", "application/octet-stream")
	response, err := c.do(request, lang)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(out)
}

// Product is the product that a command means: the one named, else that of
// ZHUOMO_PRODUCT, else the only one that there is. Fault: NoProduct.
func (c *Client) Product(ctx context.Context, e *Env, named string) (string, error) {
	if named == "" {
		named = e.product
	}
	if named != "" {
		return named, nil
	}
	return c.onlyProduct(ctx, e)
}

// onlyProduct finds the one product that there is.
func (c *Client) onlyProduct(ctx context.Context, e *Env) (string, error) {
	var page api.Page[struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}]
	if err := c.get(ctx, e.Lang, "/api/v1/products", &page); err != nil {
		return "", err
	}
	if len(page.Items) == 1 && page.Next == "" {
		return page.Items[0].ID, nil
	}
	known := make([]string, 0, len(page.Items))
	for _, p := range page.Items {
		known = append(known, p.Name)
	}
	if len(known) == 0 {
		known = []string{e.Text("（无）", "(none)")}
	}
	return "", NoProduct.With("known", strings.Join(known, e.Text("、", ", ")))
}

// value is a flag that remembers what was typed, checked for its shape.
type value struct {
	shape string
	set   []string // nil = not given
}

func (v *value) String() string { return strings.Join(v.set, ",") }
func (v *value) Type() string   { return v.shape }

func (v *value) Set(s string) error {
	switch v.shape {
	case "bool":
		if _, err := strconv.ParseBool(s); err != nil {
			return err
		}
	case "int":
		if _, err := strconv.ParseInt(s, 10, 64); err != nil {
			return err
		}
	case "number":
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return err
		}
	case "texts":
		v.set = append(v.set, s)
		return nil
	}
	v.set = []string{s}
	return nil
}

// json is the value as it travels in a body.
func (v *value) json() (json.RawMessage, error) {
	switch v.shape {
	case "bool":
		b, err := strconv.ParseBool(v.set[0])
		return json.RawMessage(strconv.FormatBool(b)), err
	case "int":
		n, err := strconv.ParseInt(v.set[0], 10, 64)
		return json.RawMessage(strconv.FormatInt(n, 10)), err
	case "number":
		n, err := strconv.ParseFloat(v.set[0], 64)
		if err != nil {
			return nil, err
		}
		return json.Marshal(n)
	case "json":
		var out any
		if err := json.Unmarshal([]byte(v.set[0]), &out); err != nil {
			return nil, err
		}
		return json.RawMessage(v.set[0]), nil
	case "texts":
		return json.Marshal(v.set)
	}
	return json.Marshal(v.set[0])
}

var errIsFolder = errors.New("is a folder")

// plainReason tells why a file cannot be opened, in the user's words.
func plainReason(err error, lang string) string {
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	switch {
	case errors.Is(err, os.ErrNotExist):
		return say("没有这个文件", "no such file")
	case errors.Is(err, os.ErrPermission):
		return say("没有权限", "permission denied")
	case errors.Is(err, errIsFolder):
		return say("这是一个文件夹", "it is a folder")
	}
	return err.Error()
}
