package app

import "zhuomo/internal/fault"

var (
	NoLabelledRows = fault.Define("app.no_labelled_rows", fault.Conflict, fault.Text{
		ZH: "没有从数据里标出来的行，方案「{recipe}」的好坏没法比", FixZH: "先清洗一个版本，标一些行，再调方案",
		EN: "no row of the data was labelled, so settings of the recipe {recipe} cannot be compared", FixEN: "clean a version and label some of its rows first, then tune the recipe",
	})
	NoHome = fault.Define("app.no_home", fault.Invalid, fault.Text{
		ZH: "找不到用户目录，不知道数据放哪里", FixZH: "用 --data 指定数据文件夹",
		EN: "there is no home folder to keep the data in", FixEN: "name a data folder with --data",
	})
	NotLoopback = fault.Define("app.not_loopback", fault.Denied, fault.Text{
		ZH: "监听 {address} 会让别的机器连进来，而内容没有加密", FixZH: "加 --tls-cert 和 --tls-key；TLS 由前面的反向代理做时，用 --behind-proxy 说明它的地址；只给本机用就监听 127.0.0.1",
		EN: "listening on {address} lets other machines in, and nothing would be encrypted", FixEN: "give --tls-cert and --tls-key; where a reverse proxy in front does TLS, state its address with --behind-proxy; for this machine alone listen on 127.0.0.1",
	})
	NoURL = fault.Define("app.no_url", fault.Invalid, fault.Text{
		ZH: "监听 {address} 时要知道大家用什么网址", FixZH: "加 --url https://域名；登录链接用它，别的主机名会被拒绝",
		EN: "to listen on {address} the address that people use must be known", FixEN: "give --url https://NAME; sign-in links carry it and other host names are refused",
	})
	NobodyYet = fault.Define("app.nobody_yet", fault.Denied, fault.Text{
		ZH: "还没有人登录过，不能对外开放", FixZH: "先运行 zhuomo people link（同样的 --data 或 --db），一小时内启动并用它登录；或先在 127.0.0.1 上启动，登录一次",
		EN: "nobody has signed in yet, so the house is not opened to others", FixEN: "run zhuomo people link first (with the same --data or --db), start within the hour and sign in with it; or start on 127.0.0.1 and sign in once",
	})
	BadAddress = fault.Define("app.bad_address", fault.Invalid, fault.Text{
		ZH: "监听地址「{address}」不是 IP:端口", FixZH: "例如 127.0.0.1:7788；对外用 0.0.0.0:7788，域名写在 --url 里",
		EN: "the address {address} is not IP:PORT", FixEN: "for example 127.0.0.1:7788; for other machines 0.0.0.0:7788, with the name in --url",
	})
	BadNetwork = fault.Define("app.bad_network", fault.Invalid, fault.Text{
		ZH: "「{network}」不是地址或网段", FixZH: "例如 127.0.0.1 或 10.0.3.0/24；不能是所有地址",
		EN: "{network} is no address or network", FixEN: "for example 127.0.0.1 or 10.0.3.0/24; it cannot be everybody",
	})
	BadURL = fault.Define("app.bad_url", fault.Invalid, fault.Text{
		ZH: "网址「{url}」不对", FixZH: "写成 https://域名 或 https://域名:端口，后面不带路径",
		EN: "the address {url} is wrong", FixEN: "write https://NAME or https://NAME:PORT without a path",
	})
	BadCertificate = fault.Define("app.bad_certificate", fault.Invalid, fault.Text{
		ZH: "证书 {cert} 和私钥 {key} 用不了：{why}", FixZH: "--tls-cert 和 --tls-key 要成对，都是 PEM 文件，程序能读到",
		EN: "certificate {cert} and key {key} cannot be used: {why}", FixEN: "--tls-cert and --tls-key go together; both are PEM files that the program can read",
	})
	NoPort = fault.Define("app.no_port", fault.Busy, fault.Text{
		ZH: "地址 {address} 已被占用", FixZH: "换一个端口：zhuomo serve --listen 127.0.0.1:端口",
		EN: "the address {address} is taken", FixEN: "choose another port: zhuomo serve --listen 127.0.0.1:PORT",
	})
	NoPages = fault.Define("app.no_pages", fault.NotFound, fault.Text{
		ZH: "这个程序里没有页面", FixZH: "用 make build 编译，它会先做好页面；接口 /api/v1 照常可用",
		EN: "this program was built without its pages", FixEN: "build it with make build, which makes the pages first; the API under /api/v1 works as usual",
	})
	Stopping = fault.Define("app.stopping", fault.Busy, fault.Text{
		ZH: "程序正在停止", FixZH: "等它重新启动",
		EN: "the program is stopping", FixEN: "wait until it is up again",
	})
	Starting = fault.Define("app.starting", fault.Busy, fault.Text{
		ZH: "程序正在启动：打开数据，升级数据表", FixZH: "等一会儿再试",
		EN: "the program is starting: it opens its data and brings the tables up to date", FixEN: "try again in a moment",
	})
	BadLog = fault.Define("app.bad_log", fault.Invalid, fault.Text{
		ZH: "{flag} 不能是「{value}」", FixZH: "可选：{known}",
		EN: "{flag} cannot be {value}", FixEN: "choose one of: {known}",
	})
	TraceWhat = fault.Define("app.trace_what", fault.Invalid, fault.Text{
		ZH: "没有说追查什么", FixZH: "给出话轮编号、行编号，或 文件名:记录号，例如 zhuomo trace chats_1.csv:48",
		EN: "nothing to trace was named", FixEN: "give a turn id, a row id, or file:record, for example zhuomo trace chats_1.csv:48",
	})
	DemoFailed = fault.Define("app.demo_failed", fault.Broken, fault.Text{
		ZH: "演示在「{step}」这一步停下：{why}", FixZH: "日志在 {log}；带上它报告问题",
		EN: "the demo stopped at {step}: {why}", FixEN: "the log is {log}; report the problem with it",
	})
	NoData = fault.Define("app.no_data", fault.Invalid, fault.Text{
		ZH: "文件夹 {folder} 里没有琢磨的数据", FixZH: "用 --data 写对数据文件夹；数据在 PostgreSQL 里就用 --db",
		EN: "there is no Zhuomo data in the folder {folder}", FixEN: "name the data folder with --data; for data in PostgreSQL give --db",
	})
	BenchBroken = fault.Define("app.bench_broken", fault.Broken, fault.Text{
		ZH: "测速后核对不符：{what}", FixZH: "这是程序的错；带上这句话和命令报告问题",
		EN: "the check after the bench fails: {what}", FixEN: "this is an error of the program; report it with this line and the command",
	})
	NoSets = fault.Define("app.no_sets", fault.Invalid, fault.Text{
		ZH: "找不到数据集「{set}」", FixZH: "用 --sets 或 ZHUOMO_SETS 指定放着它的文件夹",
		EN: "the set {set} is not there", FixEN: "name the folder that holds it with --sets or ZHUOMO_SETS",
	})
	NoSuchMaterial = fault.Define("app.no_such_material", fault.Invalid, fault.Text{
		ZH: "没有材料「{material}」", FixZH: "不写 --material 就用产品自带的；另一个可选的是 crosswoz",
		EN: "there is no material {material}", FixEN: "leave out --material for the product's own; the other choice is crosswoz",
	})
	ExampleStopped = fault.Define("app.example_stopped", fault.Conflict, fault.Text{
		ZH: "示例「{name}」已经停下，不接着做：里面可能有人的改动", FixZH: "删除这个产品，再做一个示例",
		EN: "the example {name} was stopped and is not taken up again: somebody may have worked in it", FixEN: "delete the product and make the example again",
	})
	DemoFolder = fault.Define("app.demo_folder", fault.Conflict, fault.Text{
		ZH: "{folder} 里有别的数据，演示不会动它", FixZH: "用 --data 指定一个空文件夹",
		EN: "{folder} holds other data, which the demo will not touch", FixEN: "name an empty folder with --data",
	})
	NoDemo = fault.Define("app.no_demo", fault.Invalid, fault.Text{
		ZH: "{folder} 里没有走完的演示", FixZH: "先运行 zhuomo demo --once，或用 --data 指定演示的数据文件夹",
		EN: "{folder} does not hold a finished demo", FixEN: "run zhuomo demo --once first, or name the demo's data folder with --data",
	})
	DemoServes = fault.Define("app.demo_serves", fault.Conflict, fault.Text{
		ZH: "演示已在 {address} 运行（进程 {pid}）", FixZH: "先停掉它，或用 --data 指定别的文件夹",
		EN: "the demo already runs at {address} (process {pid})", FixEN: "stop it first, or name another folder with --data",
	})
	NotShared = fault.Define("app.not_shared", fault.Invalid, fault.Text{
		ZH: "worker 要和服务共用一个 PostgreSQL 数据库", FixZH: "加上 --db postgres://…（或设置 ZHUOMO_DB）；用 SQLite 时作业由 zhuomo serve 自己做",
		EN: "a worker needs a PostgreSQL database that it shares with the server", FixEN: "give --db postgres://… (or set ZHUOMO_DB); on SQLite zhuomo serve does the jobs itself",
	})
	NobodyWorks = fault.Define("app.nobody_works", fault.Invalid, fault.Text{
		ZH: "用 SQLite 时只有这一个进程，--workers -1 会让作业没人做", FixZH: "去掉 --workers -1，或用 --db postgres://… 另开 zhuomo worker",
		EN: "on SQLite this is the only process: with --workers -1 nobody does the jobs", FixEN: "leave out --workers -1, or use --db postgres://… and start a zhuomo worker",
	})
)

// The faults of backups and of the doctor.
var (
	BackupWhere = fault.Define("app.backup_where", fault.Invalid, fault.Text{
		ZH: "没有说备份到哪里", FixZH: "给出文件名或文件夹，例如 zhuomo backup 备份.tar.zst",
		EN: "it was not said where the backup goes", FixEN: "name a file or a folder, for example zhuomo backup backup.tar.zst",
	})
	BackupThere = fault.Define("app.backup_there", fault.Conflict, fault.Text{
		ZH: "{file} 已经在那里，备份不会覆盖它", FixZH: "换一个名字；给出文件夹就按时间取名",
		EN: "{file} is there already, and a backup overwrites nothing", FixEN: "choose another name; a folder gets a name by the time",
	})
	BackupUnwritten = fault.Define("app.backup_unwritten", fault.Broken, fault.Text{
		ZH: "备份 {file} 写不下去：{why}", FixZH: "检查那里的空间和写权限；没有留下半个文件",
		EN: "the backup {file} cannot be written: {why}", FixEN: "check room and permission there; no half of a file was left",
	})
	BackupCutOff = fault.Define("app.backup_cut_off", fault.Busy, fault.Text{
		ZH: "{server} 在备份中途断开", FixZH: "看服务的日志，然后重新备份；没有留下半个文件",
		EN: "{server} broke off in the middle of the backup", FixEN: "look into the server's log and back up again; no half of a file was left",
	})
	BackupWithout = fault.Define("app.backup_without", fault.Broken, fault.Text{
		ZH: "备份 {file} 已做好，但有 {count} 个文件原本就已损坏，不在其中", FixZH: "zhuomo doctor --deep 会说是哪些；从更早的备份取回：加 --repair --from 备份文件",
		EN: "the backup {file} is made, without {count} files that were damaged where they lie", FixEN: "zhuomo doctor --deep tells which; fetch them from an older backup by adding --repair --from BACKUP",
	})
	RestoreWhat = fault.Define("app.restore_what", fault.Invalid, fault.Text{
		ZH: "没有说恢复哪个备份", FixZH: "给出 zhuomo backup 写成的文件",
		EN: "no backup to restore was named", FixEN: "name a file that zhuomo backup wrote",
	})
	RestoreHere = fault.Define("app.restore_here", fault.Invalid, fault.Text{
		ZH: "恢复只能在放数据的机器上做，不能经过 --server", FixZH: "到那台机器上运行，用 --data 指定空文件夹",
		EN: "a restore is done on the machine that has the data, not through --server", FixEN: "run it there, with an empty folder as --data",
	})
	RestoredUnwell = fault.Define("app.restored_unwell", fault.Broken, fault.Text{
		ZH: "已照备份恢复，但其中有 {count} 处本来就不完整", FixZH: "zhuomo doctor --deep 会逐处说明",
		EN: "restored as it was in the backup, where {count} things were not whole", FixEN: "zhuomo doctor --deep tells each of them",
	})
	Unwell = fault.Define("app.unwell", fault.Broken, fault.Text{
		ZH: "没有修好的问题：{count} 处", FixZH: "照上面每一处的办法做",
		EN: "problems that are not mended: {count}", FixEN: "do as the list says for each of them",
	})
	OtherBytes = fault.Define("app.other_bytes", fault.Invalid, fault.Text{
		ZH: "送来的不是文件 {hash}", FixZH: "换一份完好的备份",
		EN: "what was sent is not the file {hash}", FixEN: "take a backup that is whole",
	})
	FolderUnwritable = fault.Define("app.folder_unwritable", fault.Denied, fault.Text{
		ZH: "{folder} 里写不了文件：{why}", FixZH: "检查写权限、磁盘空间，以及是否以只读方式挂载",
		EN: "no file can be written in {folder}: {why}", FixEN: "check permission, room, and whether the disk is mounted read-only",
	})
	FolderOpen = fault.Define("app.folder_open", fault.Denied, fault.Text{
		ZH: "这台机器的其他用户能看 {folder}", FixZH: "chmod 700，或 zhuomo doctor --repair",
		EN: "other users of this machine can look into {folder}", FixEN: "chmod 700, or zhuomo doctor --repair",
	})
	LittleRoom = fault.Define("app.little_room", fault.Busy, fault.Text{
		ZH: "磁盘只剩 {free}（共 {total}）", FixZH: "腾出空间，或换更大的磁盘",
		EN: "only {free} of {total} are free on the disk", FixEN: "make room, or move to a larger disk",
	})
	FilesUnlisted = fault.Define("app.files_unlisted", fault.Broken, fault.Text{
		ZH: "列不出文件：{why}", FixZH: "检查存放文件的地方是否在、是否可读",
		EN: "the files cannot be listed: {why}", FixEN: "check that the place where they lie is there and can be read",
	})
	DatabaseSays = fault.Define("app.database_says", fault.Broken, fault.Text{
		ZH: "数据库自查：{what}", FixZH: "停止写入，保留原文件，从最近的备份恢复",
		EN: "the database says of itself: {what}", FixEN: "stop writing, keep the file, and restore the latest backup",
	})
	AuditBroken = fault.Define("app.audit_broken", fault.Broken, fault.Text{
		ZH: "审计日志第 {seq} 条{kind}", FixZH: "查谁能直接改数据库；留好这份库，与较早的备份或导出（zhuomo audit export）对照",
		EN: "entry {seq} of the audit log {kind}", FixEN: "find out who can write to the database directly; keep this database and compare it with an earlier backup or export (zhuomo audit export)",
	})
	ProviderUnclear = fault.Define("app.provider_unclear", fault.Invalid, fault.Text{
		ZH: "身份提供方没有说全", FixZH: "--oidc-issuer 要和 --oidc-client、环境变量 {variable} 一起给",
		EN: "the identity provider is not fully told", FixEN: "give --oidc-client and the environment variable {variable} with --oidc-issuer",
	})
	ProviderInsecure = fault.Define("app.provider_insecure", fault.Invalid, fault.Text{
		ZH: "身份提供方的地址「{issuer}」不安全或看不懂", FixZH: "写成 https://…，与它自己在发现文档里写的 issuer 完全一致",
		EN: "the address of the identity provider {issuer} is not secure, or cannot be read", FixEN: "write https://…, exactly as the issuer in its discovery document",
	})
	ExportThere = fault.Define("app.export_there", fault.Conflict, fault.Text{
		ZH: "{file} 已经在那里", FixZH: "换一个名字，或加 --force 覆盖",
		EN: "{file} is there already", FixEN: "choose another name, or overwrite it with --force",
	})
	ExportUnwritten = fault.Define("app.export_unwritten", fault.Broken, fault.Text{
		ZH: "{file} 写不下去：{why}", FixZH: "检查那里的空间和写权限；没有留下半个文件",
		EN: "{file} cannot be written: {why}", FixEN: "check room and permission there; no half of a file was left",
	})
	BoxInWorkbench = fault.Define("app.box_in_workbench", fault.Conflict, fault.Text{
		ZH: "{folder} 是工作台的数据文件夹", FixZH: "用 --data 给发布包换一个自己的文件夹，或不写 --data",
		EN: "{folder} is the data folder of a workbench", FixEN: "give the bundle a folder of its own with --data, or leave --data out",
	})
	NotOfThisBox = fault.Define("app.not_of_this_box", fault.NotFound, fault.Text{
		ZH: "这里没有产品 {product}，只有 {only}", FixZH: "地址里写 {only}",
		EN: "there is no product {product} here, only {only}", FixEN: "write {only} into the address",
	})
	NoBox = fault.Define("app.no_box", fault.NotFound, fault.Text{
		ZH: "{folder} 里没有运行过发布包", FixZH: "用 --data 写明 zhuomo serve 文件.zhuomo 打印的数据文件夹",
		EN: "no bundle has run over {folder}", FixEN: "name with --data the folder that zhuomo serve FILE.zhuomo printed",
	})
)
