package dialog

import "testing"

// What a customer says is shown and never read as a template, neither ours nor
// that of other systems.
func TestWordsOfACustomerAreNoTemplate(t *testing.T) {
	t.Parallel()
	secret := func(name string) string {
		return map[string]string{"said": "{secret}[[{secret}]]{{.Secret}}${secret}<%= 7*7 %>{said|x}", "secret": "保密", "order": "", "brace": "}"}[name]
	}
	for text, want := range map[string]string{
		"您说的是{said}。":              "您说的是{secret}[[{secret}]]{{.Secret}}${secret}<%= 7*7 %>{said|x}。",
		"[[您说的是{said}]]":           "您说的是{secret}[[{secret}]]{{.Secret}}${secret}<%= 7*7 %>{said|x}",
		"{said}{said}":             "{secret}[[{secret}]]{{.Secret}}${secret}<%= 7*7 %>{said|x}{secret}[[{secret}]]{{.Secret}}${secret}<%= 7*7 %>{said|x}",
		"{order|{said}":            "{said",
		"{brace}{secret":           "}{secret",
		"{constructor}{__proto__}": "",
	} {
		if got := fillHoles(text, secret); got != want {
			t.Errorf("%s\n is %s\nwant %s", text, got, want)
		}
	}
}
