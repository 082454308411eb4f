// What the scenarios about the demo county share: running commands that may fail, making records, reading lists.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Client, commandMilliseconds, program, root } from "./server.mjs";

/** Runs a command of the program, whatever becomes of it. */
export function attempt(...words) {
  return attemptWith({}, ...words);
}

export function attemptInChinese(...words) {
  return attemptWith({ LC_ALL: "zh_CN.UTF-8" }, ...words);
}

function attemptWith(environment, ...words) {
  const { status, signal, stdout, stderr } = spawnSync(program, words, { cwd: root, env: { ...process.env, ...environment }, encoding: "utf8", maxBuffer: 1 << 28, timeout: commandMilliseconds, killSignal: "SIGKILL" });
  return { code: status ?? signal, out: stdout, err: stderr };
}

/** A command on a database, with the packs of the checkout; its output as one object a line. */
export function lines(command, options, ...more) {
  const { code, out, err } = attempt(...command.split(" "), ...options, "--packs", join(root, "packs"), ...more);
  if (code !== 0) throw new Error(`catchment ${command} ended with ${code}: ${err}`);
  return parseLines(out);
}

export function parseLines(text) {
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

let idsMade = 0;
/** A UUIDv7; later ones are larger. */
export function newId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt16BE(0x7000 | (idsMade++ & 0xfff), 6);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export function daysAfter(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}

/** A whole follow-up at the clinic, blood pressure within target, next date in three months. */
export const controlled = {
  mode: "1",
  symptoms: ["1"],
  critical_signs: ["1"],
  sbp: 128,
  dbp: 80,
  height: 165,
  weight: 62,
  heart_rate: 74,
  cigarettes: 0,
  alcohol: 0,
  exercise_times: 5,
  exercise_times_target: 5,
  exercise_minutes: 30,
  exercise_minutes_target: 30,
  salt: "1",
  mental_adjustment: "1",
  obedience: "1",
  compliance: "1",
  adverse_reaction: "1",
  new_complication: "1",
  class: "1",
  next_followup_on: "2025-09-30",
};

/** The same with pressure above target and the next date in two weeks. */
export const uncontrolled = { ...controlled, sbp: 158, dbp: 96, class: "2", next_followup_on: "2025-07-14" };

/** The body of POST /api/records for a hypertension follow-up; an answer of undefined is left out. */
export function followup(subject, answers = {}, more = {}) {
  return {
    id: newId(),
    form: "hypertension_followup",
    subject,
    happened_on: "2025-06-30",
    answers: { ...controlled, ...answers },
    confirmed: [],
    ...more,
  };
}

export function submit(client, body) {
  return client.fetch("/api/records", { method: "POST", body });
}

/** The whole due list of somebody, page by page. */
export async function wholeList(client, { limit = 100, query = "" } = {}) {
  const items = [];
  let after = "";
  do {
    const { status, body, text } = await client.fetch(`/api/obligations?limit=${limit}${query}${after && `&after=${encodeURIComponent(after)}`}`);
    if (status !== 200) throw new Error(`the list answered ${status}: ${text}`);
    items.push(...body.items);
    after = body.next ?? "";
  } while (after);
  return items;
}

/** Takes the identity of the request out of a problem, so that two can be compared. */
export function withoutRequest({ status, body }) {
  const { request_id, ...rest } = body;
  return { status, ...rest };
}

/** Asks again until the answer is right, or gives the last one: what was looked at is in the audit within a second. */
export async function askUntil(ask, isRight, milliseconds = 8000) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || performance.now() > end) return answer;
  }
}

/** A client of a resident himself, or of a minor's guardian (more), whose account `maker` gives. */
export async function ownAccount(server, maker, resident, more = {}) {
  const { status, body, text } = await maker.fetch(`/api/residents/${resident}/account`, { method: "POST", body: more });
  if (status !== 200) throw new Error(`no account: ${text}`);
  const client = Object.assign(new Client(server), { slip: body });
  await client.logIn(body.login, body.password);
  await client.fetch("/api/session/password", { method: "POST", body: { password: body.password, new_password: `${body.login} has its own` } });
  return client;
}
