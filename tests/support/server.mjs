// Starts the program for scenario tests: a demo county on SQLite or PostgreSQL, a server on a free port,
// somebody logged in, raw bytes on a socket. Everything made here is removed at the end of the test file.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const program = process.env.CATCHMENT ?? join(root, "build/catchment");
export const password = "catchment-demo";
/** No command of a test runs longer; one that waits for ever is killed, and its test fails. */
export const commandMilliseconds = 300_000;

const leftovers = [];
process.once("SIGTERM", () => process.exit(143)); // a test that takes too long leaves nothing running
process.on("exit", () => {
  for (const remove of leftovers.reverse()) {
    try {
      remove();
    } catch {
      // The test has said what went wrong already.
    }
  }
});

export function temporaryFolder(name = "catchment-test-") {
  const folder = mkdtempSync(join(tmpdir(), name));
  leftovers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a command of the program; returns its standard output. */
export function run(...words) {
  return execFileSync(program, words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: commandMilliseconds, killSignal: "SIGKILL" });
}

const clusters = join(root, "script/support/pg-cluster");

/** A PostgreSQL cluster of the test's own, empty or as one that was kept in a folder; returns its URL. It syncs to disk
 *  only when it is "durable". */
export function startPostgres(kind = "start", ...from) {
  // Not inside a folder of ours: started by root, the cluster runs as another user.
  const folder = join(tmpdir(), `catchment-pg-${process.pid}-${leftovers.length}`);
  const url = execFileSync(clusters, [kind, folder, ...from], { encoding: "utf8" }).trim();
  leftovers.push(() => execFileSync(clusters, ["stop", folder], { stdio: "ignore" }));
  return url;
}

/** Makes a database of one engine, empty or as what was kept in a folder; gives the options that name it. */
function makeSqlite(from) {
  const folder = temporaryFolder();
  if (from) cpSync(from, folder, { recursive: true });
  return ["--db", join(folder, "county.db")];
}

function makePostgres(from) {
  const keys = temporaryFolder();
  if (from) cpSync(join(from, "keys"), keys, { recursive: true });
  return ["--db", startPostgres("start", ...(from ? [join(from, "data")] : [])), "--keys", join(keys, "county.keys")];
}

/* Keeps what the options name in a new folder. */
makeSqlite.keep = ([, file], folder) => cpSync(dirname(file), folder, { recursive: true });
makePostgres.keep = ([, url, , keys], folder) => {
  cpSync(dirname(keys), join(folder, "keys"), { recursive: true });
  execFileSync(clusters, ["keep", new URL(url.replace("@/", "@localhost/")).searchParams.get("host"), join(folder, "data")]);
};

/** Runs SQL behind the program's back; the rows of a SELECT as lines, values joined by |. */
export async function sql([, url], text) {
  if (url.startsWith("postgresql:")) return execFileSync("psql", [url, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
  const { DatabaseSync } = await import("node:sqlite"); // the program itself is tried with older Node.js too
  const database = new DatabaseSync(url);
  try {
    const rows = /^SELECT/.test(text) ? database.prepare(text).all() : [];
    if (!/^SELECT/.test(text)) database.exec(text);
    return rows.map((row) => Object.values(row).map((value) => value ?? "").join("|")).join("\n");
  } finally {
    database.close();
  }
}

/** What the program is tried on: the engine's name, and what makes a database of it. */
export const databases = [
  ["SQLite", makeSqlite],
  ["PostgreSQL", makePostgres],
];

/* Where made counties are kept while a whole suite runs: the same options make the same county, so it is made once and copied. */
const keptCounties = process.env.CATCHMENT_TEST_KEPT;

function keepCounty(makeDatabase, options, kept) {
  const mine = `${kept}.${process.pid}`;
  makeDatabase.keep(options, mine);
  try {
    renameSync(mine, kept);
  } catch {
    rmSync(mine, { recursive: true, force: true }); // another test file was first
  }
}

/** A demo county in a new database; returns the options that name it. Another seed has other people and other keys. */
export function makeCounty(makeDatabase = makeSqlite, { residents = 2000, seed = 7, on = "2025-06-30", packs = join(root, "packs"), places = "" } = {}) {
  const isKept = keptCounties && makeDatabase.keep && packs === join(root, "packs");
  const kept = join(keptCounties ?? "", `${makeDatabase.name}-${residents}-${seed}-${on}-${places}`);
  if (isKept && existsSync(kept)) return makeDatabase(kept);
  const options = makeDatabase();
  run("demo", ...options, "--packs", packs, "--residents", String(residents), "--seed", String(seed), "--on", on, ...(places ? ["--places", places] : []));
  if (isKept) keepCounty(makeDatabase, options, kept);
  return options;
}

/** Serves the database with the packs of the project, or with those that --packs names; resolves when it listens. */
export function startServer(options, ...more) {
  return startServerBehind([], options, ...more);
}

function unlessNamed(words, option, value) {
  return words.includes(option) ? [] : [option, value];
}

/** The same behind a command that runs another, such as prlimit. */
export function startServerBehind(runner, options, ...more) {
  const [command, ...words] = [...runner, program, "serve", ...options, ...unlessNamed(more, "--packs", join(root, "packs")), "--address", "127.0.0.1", ...unlessNamed(more, "--port", "0"), ...more];
  const child = spawn(command, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  leftovers.push(() => child.kill("SIGKILL"));
  const server = { url: "", port: 0, log: "", process: child, isTls: more.includes("--tls-cert") };
  child.stderr.setEncoding("utf8").on("data", (text) => (server.log += text));
  const ended = new Promise((done) => child.once("close", (code, signal) => done(code ?? signal)));
  server.stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    return ended;
  };
  return new Promise((started, failed) => {
    let said = "";
    ended.then((code) => failed(new Error(`the server ended with ${code}: ${server.log}`)));
    child.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
      const found = /listening (https?:\/\/\S+:(\d+))/.exec(said);
      if (found) started(Object.assign(server, { url: found[1], port: Number(found[2]) }));
    });
  });
}

/** Somebody's browser: keeps the cookie, sends the CSRF token with writes. */
export class Client {
  constructor(server) {
    this.server = server;
    this.cookie = "";
    this.csrf = "";
  }

  async fetch(path, { method = "GET", body, headers = {} } = {}) {
    const all = { ...headers };
    if (this.cookie) all.cookie ??= this.cookie;
    if (this.csrf && method !== "GET") all["x-csrf"] ??= this.csrf;
    if (body !== undefined && typeof body !== "string") {
      all["content-type"] ??= "application/json";
      body = JSON.stringify(body);
    }
    const ask = () => fetch(this.server.url + path, { method, body, headers: all });
    /* A kept connection may have ended while a test ran a command: like a browser, a GET is asked again, once. */
    const response = await (method === "GET" ? ask().catch(ask) : ask());
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  async logIn(login, word = password) {
    const answer = await this.fetch("/api/session", { method: "POST", body: { login, password: word } });
    if (answer.status === 200) {
      this.cookie = answer.headers.get("set-cookie").split(";")[0];
      this.csrf = answer.body.csrf;
    }
    return answer;
  }
}

export async function logIn(server, login) {
  const client = new Client(server);
  const answer = await client.logIn(login);
  if (answer.status !== 200) throw new Error(`${login} cannot log in: ${answer.text}`);
  return client;
}

/** Says bytes on a connection of its own and hears until the other side ends it. halfClose: ends our
 *  side after the bytes. */
export function converse(server, bytes, { halfClose = true, milliseconds = 10000 } = {}) {
  const open = server.isTls ? (to) => connectTls({ ...to, rejectUnauthorized: false }) : connect;
  return new Promise((done, failed) => {
    const heard = [];
    const socket = open({ host: "127.0.0.1", port: server.port, allowHalfOpen: true });
    const timer = setTimeout(() => {
      socket.destroy();
      failed(new Error(`no end after ${milliseconds} ms: ${Buffer.concat(heard)}`));
    }, milliseconds);
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      done(Buffer.concat(heard).toString("utf8"));
    };
    socket.on("data", (data) => heard.push(data)).on("end", end).on("error", end).on("close", end);
    socket.once(server.isTls ? "secureConnect" : "connect", () => (halfClose ? socket.end(bytes) : socket.write(bytes)));
  });
}

/** A self-signed certificate for 127.0.0.1; returns the options of serve. */
export function makeCertificate() {
  const folder = temporaryFolder();
  const key = join(folder, "key.pem");
  const certificate = join(folder, "certificate.pem");
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1".split(" ");
  execFileSync("openssl", [...words, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  return ["--tls-cert", certificate, "--tls-key", key];
}

/** A file of the public suites, parsed; undefined when they are not here. */
export function externalJson(path) {
  const folder = process.env.CATCHMENT_EXTERNAL ?? resolve(root, "../shared/external");
  const file = join(folder, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
