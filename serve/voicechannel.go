package serve

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// VoiceChannel is one product on one voice platform.
type VoiceChannel struct {
	ID        string `json:"id" table:"编号|id"`
	ProductID string `json:"product_id"`
	Name      string `json:"name" table:"名字|name" doc:"也是流程里 channel 的值|also the value of channel in the flow"`
	Platform  string `json:"platform" table:"平台|platform"`
	SkillID   string `json:"skill_id" table:"技能|skill"`
	KeyID     string `json:"key_id,omitempty"`
	PublicKey string `json:"public_key,omitempty"`
	ProofName string `json:"proof_name,omitempty" doc:"归属认证文件的名字|name of the file that proves ownership"`
	Keeps     bool   `json:"keeps_secret" doc:"存有密钥或口令，不能再读出|a secret is kept and cannot be read again"`
	CreatedUS int64  `json:"created_us" table:"建立|made"`

	secret, keyHash, proof, createdBy string
}

// Secret is what the platform gave to check its signatures with.
func (v VoiceChannel) Secret() string { return v.secret }

// KeyFits tells whether a key is the one that was given out for this channel.
func (v VoiceChannel) KeyFits(key string) bool {
	return key != "" && v.keyHash != "" && subtle.ConstantTimeCompare([]byte(hashText(key)), []byte(v.keyHash)) == 1
}

// NewVoice is what a person fills in.
type NewVoice struct {
	Name      string `json:"name" minLength:"1" maxLength:"32" doc:"渠道名，也是流程里 channel 的值|name; also the value of channel in the flow"`
	Platform  string `json:"platform" doc:"平台：dueros、aligenie、xiaoai、iflyos|dueros, aligenie, xiaoai or iflyos"`
	SkillID   string `json:"skill_id" maxLength:"128" doc:"平台后台里的技能编号|id of the skill in the platform's console"`
	KeyID     string `json:"key_id,omitempty" maxLength:"128" doc:"密钥编号（小爱）|id of the key (xiaoai)"`
	Secret    string `json:"secret,omitempty" maxLength:"512" doc:"密钥（小爱），存下后不能再读出|secret (xiaoai); it cannot be read again"`
	PublicKey string `json:"public_key,omitempty" maxLength:"4096" doc:"验签公钥 PEM（讯飞）|public key for signatures, PEM (iflyos)"`
	ProofName string `json:"proof_name,omitempty" maxLength:"128" doc:"归属认证文件的名字（天猫精灵）|name of the file that proves ownership (aligenie)"`
	Proof     string `json:"proof,omitempty" maxLength:"1024" doc:"归属认证文件的内容|what stands in that file"`
}

// Channel is what was filled in, not kept yet. key is ours, or "".
func (n NewVoice) Channel(key string) VoiceChannel {
	v := VoiceChannel{
		Name: n.Name, Platform: n.Platform, SkillID: n.SkillID, KeyID: n.KeyID, PublicKey: n.PublicKey, ProofName: n.ProofName, secret: n.Secret, proof: n.Proof,
	}
	if key != "" {
		v.keyHash = hashText(key)
	}
	return v.withKeeps()
}

// withKeeps tells of what cannot be read again only that it is there.
func (v VoiceChannel) withKeeps() VoiceChannel {
	v.Keeps = v.secret != "" || v.keyHash != ""
	return v
}

var proofName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}\.txt$`)

// check tells the first mistake of what was filled in. Faults: BadVoice.
func (n NewVoice) check(of VoiceSpec) error {
	bad := func(field, zh, en string) error {
		return BadVoice.With("field", field, "why", spec.Text{ZH: zh, EN: en}).At(field)
	}
	given := map[string]string{"skill_id": n.SkillID, "key_id": n.KeyID, "secret": n.Secret, "public_key": n.PublicKey}
	for _, field := range []string{"skill_id", "key_id", "secret", "public_key"} {
		needed := slices.Contains(of.Needs, field)
		switch {
		case needed && given[field] == "":
			return bad(field, "没有填", "it is missing")
		case !needed && given[field] != "":
			return bad(field, of.Title.ZH+"用不到它", of.Title.EN+" has no use for it")
		}
	}
	if n.Secret != "" {
		if key, err := base64.StdEncoding.DecodeString(n.Secret); err != nil || len(key) < 8 {
			return bad("secret", "不是 Base64 的密钥", "it is no key in Base64")
		}
	}
	if n.PublicKey != "" {
		if _, err := ReadPublicKey(n.PublicKey); err != nil {
			return bad("public_key", "不是 PEM 格式的 RSA 公钥", "it is no RSA public key in PEM")
		}
	}
	if (n.ProofName == "") != (n.Proof == "") || n.ProofName != "" && !proofName.MatchString(n.ProofName) {
		return bad("proof_name", "认证文件要同时给名字（.txt）和内容", "the proof needs both a name that ends in .txt and what stands in it")
	}
	return nil
}

// ReadPublicKey reads an RSA key in PEM, of at least 1024 bits.
func ReadPublicKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(strings.TrimSpace(text) + "\n"))
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	k, ok := key.(*rsa.PublicKey)
	if !ok || k.Size() < 128 {
		return nil, errors.New("not an RSA key of 1024 bits or more")
	}
	return k, nil
}

// AddVoice makes a voice channel. key is ours and told once; "" where the platform
// signs. Faults: BadVoice, VoiceTaken.
func (s *Service) AddVoice(ctx context.Context, product string, n NewVoice) (v VoiceChannel, key string, err error) {
	platform := s.voice(n.Platform)
	if platform == nil {
		return v, "", BadVoice.With("field", "platform", "why", spec.Text{ZH: "没有这个平台", EN: "there is no such platform"}).At("platform")
	}
	n.Name = strings.TrimSpace(n.Name)
	if r := utf8.RuneCountInString(n.Name); r == 0 || r > 32 {
		return v, "", BadVoice.With("field", "name", "why", spec.Text{ZH: "1 到 32 个字", EN: "1 to 32 characters"}).At("name")
	}
	if err := n.check(platform.Spec()); err != nil {
		return v, "", err
	}
	if platform.Spec().OwnKey {
		key = rand.Text() + rand.Text()
	}
	now := s.n.Now()
	v = n.Channel(key)
	v.ID, v.ProductID, v.CreatedUS, v.createdBy = db.NewID(now), product, now.UnixMicro(), api.Who(ctx).ID
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		added, err := insertVoice(ctx, tx, v)
		if err == nil && !added {
			err = VoiceTaken.With("name", v.Name).At("name")
		}
		return err
	})
	return v, key, err
}

// RekeyVoice gives a channel a new key, told once; the old one ends. Faults:
// NoVoice, BadVoice where the platform signs by a key of its own.
func (s *Service) RekeyVoice(ctx context.Context, product, idOrName string) (v VoiceChannel, key string, err error) {
	key = rand.Text() + rand.Text()
	err = s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		found, ok, err := readVoiceOf(ctx, tx, product, idOrName)
		if err == nil && !ok {
			err = NoVoice.With("voice", idOrName)
		}
		if err != nil {
			return err
		}
		if platform := s.voice(found.Platform); platform == nil || !platform.Spec().OwnKey {
			return BadVoice.With("field", "key", "why", spec.Text{ZH: "这个平台用它自己的密钥签名；换了密钥就移除渠道重建", EN: "this platform signs by its own key; when that changes, make the channel anew"})
		}
		v, v.keyHash = found, hashText(key)
		return putVoiceKey(ctx, tx, v)
	})
	if err != nil {
		return VoiceChannel{}, "", err
	}
	return v.withKeeps(), key, nil
}

// RemoveVoice ends a voice channel: the platform is refused from now on. What was
// said stays. Faults: NoVoice.
func (s *Service) RemoveVoice(ctx context.Context, product, idOrName string) error {
	return s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		gone, err := deleteVoice(ctx, tx, product, idOrName)
		if err == nil && !gone {
			err = NoVoice.With("voice", idOrName)
		}
		return err
	})
}

// voice finds a platform; nil when there is none of the name.
func (s *Service) voice(name string) Voice {
	for _, v := range s.n.Voices {
		if v.Spec().Name == name {
			return v
		}
	}
	return nil
}

// take remembers a request of a platform, so that it is answered once, in whatever
// process. Faults: ReplayedVoice.
func (s *Service) take(ctx context.Context, v VoiceChannel, id string, forgets time.Duration) error {
	now := s.n.Now()
	return s.n.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		fresh, err := insertHeard(ctx, tx, v, hashText(id), now.UnixMicro(), now.Add(forgets).UnixMicro())
		if err == nil && !fresh {
			err = ReplayedVoice.With()
		}
		return err
	})
}
