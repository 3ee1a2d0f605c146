// Holds serve/voice to DuerOS's own SDK (npm bot-sdk): it must read the requests of
// serve/voice/testdata as we do, take the signed one for signed, and build answers of
// the form that ours have. See conformance.sh.
//   node conformance_voice.mjs SDK_FOLDER TESTDATA
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [sdk, data] = process.argv.slice(2);
const load = createRequire(join(sdk, "package.json"));
const Request = load("bot-sdk/lib/Request.js");
const Response = load("bot-sdk/lib/Response.js");
const Certificate = load("bot-sdk/lib/Certificate.js");
const Nlu = load("bot-sdk/lib/Nlu.js");
let failed = 0;

async function check(name, run) {
  try {
    await run();
    console.log("ok   dueros: " + name);
  } catch (e) {
    failed = 1;
    console.log("FAIL dueros: " + name + ": " + (e?.message ?? "refused"));
  }
}
function same(got, want) {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${JSON.stringify(got)}, wanted ${JSON.stringify(want)}`);
}
const read = (name) => JSON.parse(readFileSync(join(data, name), "utf8"));

await check("requests are read alike", () => {
  const say = new Request(read("say.json"));
  same([say.getType(), say.getQuery(), say.getUserId(), say.getBotId()], ["IntentRequest", "放一首安静的歌", "u-7", "skill-8c2f"]);
  same(new Request(read("open.json")).isLaunchRequest(), true);
  same(new Request(read("close.json")).isSessionEndedRequest(), true);
  same(new Request(read("note.json")).getEventData().type, "AudioPlayer.PlaybackStarted");
});

for (const [name, body, signed] of [
  ["what is signed is taken for signed", (b) => b, true],
  ["another body is not", (b) => b.replace("安静", "吵闹"), false],
])
  await check(name, async () => {
    const url = "https://duer.bdstatic.com/saiya/flow/recorded";
    // The SDK keeps certificates beside its code, under the MD5 of the address: no network is needed.
    const kept = join(sdk, "node_modules/bot-sdk/lib", createHash("md5").update(url).digest("hex"));
    writeFileSync(kept, readFileSync(join(data, "signed/certificate.pem")));
    const headers = { signature: readFileSync(join(data, "signed/signature.txt"), "utf8").trim(), signaturecerturl: url };
    const c = new Certificate(headers, body(readFileSync(join(data, "signed/body.json"), "utf8")));
    c.enableVerifyRequestSign();
    const told = await c.verifyRequest().then(() => true, () => false);
    rmSync(kept);
    same(told, signed);
  });

await check("answers have the form that the SDK builds", async () => {
  const ours = read("answer.json.golden");
  const request = new Request(read("say.json"));
  const r = new Response(request, request.getSession(), new Nlu(read("say.json").request.intents));
  r.setShouldEndSession(ours.response.shouldEndSession);
  r.setExpectSpeech(ours.response.expectSpeech);
  const theirs = JSON.parse(await r.build({ outputSpeech: ours.response.outputSpeech.text, reprompt: ours.response.reprompt.outputSpeech.text }));
  const shape = (v, at = "") => (v && typeof v === "object" && !Array.isArray(v) ? Object.keys(v).flatMap((k) => shape(v[k], at + "." + k)) : [at + ":" + (Array.isArray(v) ? "list" : typeof v)]);
  const known = new Set(shape(theirs));
  const TextCard = load("bot-sdk/lib/card/TextCard.js");
  for (const line of shape(new TextCard("x").getData(), ".response.card")) known.add(line);
  same(shape(ours).filter((line) => !known.has(line) && !line.startsWith(".context") && !line.startsWith(".session")), []);
  same([theirs.version, theirs.response.outputSpeech, theirs.response.reprompt], [ours.version, ours.response.outputSpeech, ours.response.reprompt]);
});
process.exit(failed);
