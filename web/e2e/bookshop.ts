// A bookshop's questions as its owner would export them: dirty, one label in four filled in. Written for this test.

const topics: Record<string, string[]> = {
  查订单: ["我的订单到哪了", "上周买的书怎么还没到", "帮我查下快递单号", "包裹显示签收了但我没收到", "订单什么时候发货", "物流三天没动了", "我想看看订单进度"],
  退换货: ["书页有破损想换一本", "买错了可以退吗", "收到的书少了一册", "退款多久到账", "想退掉昨天买的字典", "封面折了能换吗", "七天无理由怎么退"],
  找书: ["有没有适合五年级的科普书", "《三体》还有货吗", "想找一本讲宋词的书", "推荐几本推理小说", "有英文原版的小王子吗", "你们卖教辅吗", "有没有繁体版的红楼梦"],
  开发票: ["怎么开电子发票", "发票抬头写错了能改吗", "可以开公司的专票吗", "发票什么时候寄", "我要补开上个月的发票"],
  会员优惠: ["会员卡怎么办", "积分能抵现金吗", "生日有优惠吗", "优惠券用不了", "学生打几折", "满减活动到几号"],
  营业时间: ["你们几点关门", "周末开门吗", "春节期间营业吗", "早上几点开始营业", "地址在哪，怎么过去"],
};
const before = ["", "你好，", "请问", "在吗？", "老板，", "麻烦问下，"];
const after = ["", "？", "，谢谢", "，急", "呀", "，在线等"];

/** asides are what customers say that nobody labelled. */
const asides: Record<string, string> = { 今晚几点打烊: "营业时间", 我的快递到哪里了: "查订单" };

export const labels = Object.keys(topics);

/** labelOf is what a person who knows the shop says a question is about; dirt does not mislead them. */
export function labelOf(text: string): string {
  const plain = text.normalize("NFKC").replace(/[\s\u200b]/g, "");
  return asides[plain] ?? labels.find((l) => topics[l]!.some((t) => plain.includes(t.normalize("NFKC")))) ?? labels[0]!;
}

const halfPunctuation = (s: string) => s.replaceAll("，", ",").replaceAll("？", "?");
const fullWidth = (s: string) => s.replace(/[0-9a-z]/gi, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** sheet is the file as CSV: 222 questions in an order that mixes them, nine of them twice. */
export function sheet(): string {
  const all = Object.entries(topics).flatMap(([label, texts]) => texts.flatMap((t) => before.map((b, i) => ({ label, text: b + t + after[(i + t.length) % after.length] }))));
  const mixed = all.map((row, i) => ({ row, at: (i * 7919) % all.length })).sort((a, b) => a.at - b.at).map((x) => x.row);
  const lines = ["时间,渠道,用户问题,客服回答,意图"];
  mixed.forEach((row, i) => {
    const n = i + 1;
    let text = row.text;
    if (n % 9 === 0) text = halfPunctuation(text);
    if (n % 11 === 0) text = ` ${text}\u200b `;
    if (n % 13 === 0) text = `<p>${text}</p>&nbsp;`;
    if (n % 17 === 0) text += `，我的电话是138${String(10_000_000 + n * 31).slice(0, 8)}`;
    if (n % 19 === 0) text = fullWidth(`${text}OK123`);
    const line = [`2026-09-${String(1 + (n % 28)).padStart(2, "0")} 10:${String(n % 60).padStart(2, "0")}`, ["微信", "网页", "电话"][n % 3], `"${text}"`, "好的，马上为您处理", n % 4 === 0 ? row.label : ""].join(",");
    lines.push(line);
    if (n % 23 === 0) lines.push(line);
  });
  return lines.join("\r\n") + "\r\n";
}
