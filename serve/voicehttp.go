package serve

import (
	"context"
	"errors"
	"io"
	"net/http"

	"zhuomo/internal/api"
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// maxVoiceBytes is far above what a platform sends of one utterance.
const maxVoiceBytes = 256 << 10

// voiceRoutes is the part of the route table that belongs to voice platforms.
func (s *Service) voiceRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/voice-platforms", "serve platforms", api.Viewer, "语音平台：有哪些，各要填什么", "voice platforms: which there are, and what each needs", s.listPlatforms),
		api.Op("GET", "/api/v1/products/{product}/voices", "serve voices", api.Viewer, "列出语音渠道", "list voice channels", s.listVoices),
		api.Op("POST", "/api/v1/products/{product}/voices", "serve voice", api.Lead, "新建语音渠道，得到填进平台后台的地址", "make a voice channel; gives the address for the platform's console", s.addVoice, api.Secret()),
		api.Op("POST", "/api/v1/products/{product}/voices/{voice}/keys", "serve rekey", api.Lead, "给语音渠道换口令，旧的立即作废", "give a voice channel a new key; the old one ends at once", s.rekeyVoice, api.Secret()),
		api.Op("DELETE", "/api/v1/products/{product}/voices/{voice}", "serve unvoice", api.Lead, "移除语音渠道，平台的请求立即被拒绝", "remove a voice channel; its platform is refused at once", s.removeVoice),
		api.Raw("POST", "/webhooks/voice/{voice}", api.Public, "语音平台：小度、天猫精灵、小爱、讯飞", "voice platforms: DuerOS, AliGenie, XiaoAi, iFLYOS", http.HandlerFunc(s.hear), api.Guess(), api.MaxBytes(maxVoiceBytes)),
		api.Raw("GET", "/aligenie/{file}", api.Public, "天猫精灵的归属认证文件", "AliGenie's proof of ownership", http.HandlerFunc(s.proof), api.Hidden()),
	}
}

type platformsOut struct{ Body api.Page[VoiceSpec] }

func (s *Service) listPlatforms(context.Context, *struct{}) (*platformsOut, error) {
	out := &platformsOut{}
	for _, v := range s.n.Voices {
		out.Body.Items = append(out.Body.Items, v.Spec())
	}
	return out, nil
}

type voicesOut struct{ Body api.Page[AddedVoice] }

func (s *Service) listVoices(ctx context.Context, in *pageIn) (*voicesOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	all, err := readVoices(ctx, s.n.DB.Reader(), product, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &voicesOut{}
	if len(all) > in.Limit {
		all, out.Body.Next = all[:in.Limit], api.Cursor(all[in.Limit-1].ID)
	}
	out.Body.Items = []AddedVoice{}
	for _, v := range all {
		out.Body.Items = append(out.Body.Items, atAddress(ctx, v, ""))
	}
	return out, nil
}

type addVoiceIn struct {
	ProductIn
	Body NewVoice
}

// AddedVoice is a channel with what the platform's console wants; the key only while it is new.
type AddedVoice struct {
	VoiceChannel
	Address string `json:"address" table:"地址|address" doc:"填进平台后台的地址|for the platform's console"`
	Key     string `json:"key,omitempty" table:"口令|key" doc:"只给一次：放在请求头 X-Zhuomo-Key 里，或写在地址的 ?key= 后面|told once: send it as the header X-Zhuomo-Key, or behind ?key= in the address"`
}

func atAddress(ctx context.Context, v VoiceChannel, key string) AddedVoice {
	return AddedVoice{v, api.BaseURL(ctx) + "/webhooks/voice/" + v.ID, key}
}

type addVoiceOut struct{ Body AddedVoice }

func (s *Service) addVoice(ctx context.Context, in *addVoiceIn) (*addVoiceOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	api.Tell(ctx, "name", in.Body.Name)
	api.Tell(ctx, "platform", in.Body.Platform)
	v, key, err := s.AddVoice(ctx, product, in.Body)
	if err != nil {
		return nil, err
	}
	return &addVoiceOut{atAddress(ctx, v, key)}, nil
}

type voiceIn struct {
	ProductIn
	Voice string `path:"voice" doc:"语音渠道的编号或名字|id or name of the voice channel"`
}

func (s *Service) rekeyVoice(ctx context.Context, in *voiceIn) (*addVoiceOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	v, key, err := s.RekeyVoice(ctx, product, in.Voice)
	if err != nil {
		return nil, err
	}
	return &addVoiceOut{atAddress(ctx, v, key)}, nil
}

func (s *Service) removeVoice(ctx context.Context, in *voiceIn) (*struct{}, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	return nil, s.RemoveVoice(ctx, product, in.Voice)
}

// hear is where voice platforms ask.
func (s *Service) hear(w http.ResponseWriter, r *http.Request) {
	answer, refuses, err := s.heard(r)
	if err != nil {
		var told *fault.Fault
		if refuses != 0 && errors.As(err, &told) && told.Def.Kind == fault.Denied {
			w = refusing{w, refuses}
		}
		api.WriteFault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = w.Write(answer) // a platform that hung up is nobody's fault
}

func (s *Service) heard(r *http.Request) (answer []byte, refuses int, err error) {
	ctx := r.Context()
	v, ok, err := readVoice(ctx, s.n.DB.Reader(), r.PathValue("voice"))
	platform := s.voice(v.Platform)
	if err == nil && (!ok || platform == nil) {
		err = NoVoice.With("voice", r.PathValue("voice"))
	}
	if err != nil {
		return nil, 0, err
	}
	about := platform.Spec()
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = api.TooLarge.With("limit", spec.Size(tooLarge.Limit)).Because(err)
	}
	if err != nil {
		return nil, 0, err
	}
	h, err := platform.Hear(ctx, VoiceRequest{Path: r.URL.Path, Query: r.URL.Query(), Host: r.Host, Header: r.Header, Body: body, At: s.n.Now()}, v)
	if err != nil {
		return nil, about.Refuses, err
	}
	if err := s.take(ctx, v, h.RequestID, max(about.Forgets, 2*VoiceWindow)); err != nil {
		return nil, 0, err
	}
	spoken, err := s.converse(ctx, v, h)
	if err != nil {
		return nil, 0, err
	}
	answer, err = platform.Answer(h, spoken)
	return answer, 0, err
}

// refusing gives a refusal the status by which a platform knows it.
type refusing struct {
	http.ResponseWriter
	status int
}

func (w refusing) WriteHeader(int) { w.ResponseWriter.WriteHeader(w.status) }

// proof gives the file by which AliGenie sees that the address is ours.
func (s *Service) proof(w http.ResponseWriter, r *http.Request) {
	text, ok, err := readProof(r.Context(), s.n.DB.Reader(), r.PathValue("file"))
	if err == nil && !ok {
		err = NoVoice.With("voice", r.PathValue("file"))
	}
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text) // a platform that hung up is nobody's fault
}
