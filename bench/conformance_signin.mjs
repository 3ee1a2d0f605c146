// A certified provider of OpenID Connect (npm's oidc-provider) on loopback, for
// conformance_signin.py: PORT, HOME of the packages, BACK and SECRET of our client and
// PEOPLE are in the environment. Its keys are new at every start.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const from = createRequire(process.env.HOME_OF_PACKAGES + "/x.js");
const { default: Provider } = await import(pathToFileURL(from.resolve("oidc-provider")).href);
const { generateKeyPair, exportJWK } = await import(pathToFileURL(from.resolve("jose")).href);
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const people = JSON.parse(process.env.PEOPLE);

const provider = new Provider(`http://127.0.0.1:${process.env.PORT}`, {
  clients: [{ client_id: "zhuomo", client_secret: process.env.SECRET, redirect_uris: [process.env.BACK], grant_types: ["authorization_code"], response_types: ["code"] }],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: String(Date.now()) }] },
  cookies: { keys: [String(Math.random())] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  conformIdTokenClaims: false, // what the scopes name is in the id token
  pkce: { required: () => true, methods: ["S256"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
});
provider.listen(Number(process.env.PORT), "127.0.0.1");
