// The demo county: complete, the same every time and on both databases, and honest about past days.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, lines, parseLines } from "../support/county.mjs";
import { databases, logIn, makeCounty, program, root, sql, startServer } from "../support/server.mjs";

const packs = ["--packs", join(root, "packs")];
const makeFile = databases[0][1];

function output(command, options, ...more) {
  const { code, out, err } = attempt(command, ...options, ...packs, ...more, "--json");
  assert.equal(code, 0, err);
  return out;
}

/** What `areas check` finds; it ends like any check that finds something. */
function findings(options) {
  const { out } = attempt("areas", "check", ...options, ...packs);
  return parseLines(out);
}

/** A file in which making the county was killed: its log of before is gone, the pages of before still lie beside it. */
async function killedFile() {
  const options = makeFile();
  const file = options[options.indexOf("--db") + 1];
  let hadLog = false;
  const isBeingFilled = () => {
    const names = readdirSync(dirname(file));
    return hadLog && !names.includes(`${basename(file)}-wal`) && names.includes(`${basename(file)}-journal`);
  };
  /* each event is told, however late; filling so many people takes seconds, of which the first moment is enough */
  const watcher = watch(dirname(file)).on("change", (_, name) => (hadLog ||= name === `${basename(file)}-wal`));
  const child = spawn(program, ["demo", ...options, ...packs, "--residents", "20000", "--seed", "7"], { stdio: "ignore" });
  const ended = once(child, "exit");
  while (!isBeingFilled() && child.exitCode === null) await Promise.race([once(watcher, "change"), ended]);
  child.kill("SIGKILL");
  watcher.close();
  assert.equal((await ended)[1], "SIGKILL", "it was made before it could be killed");
  return options;
}

describe("the demo county", () => {
  const counties = new Map();
  before(() => {
    for (const [name, makeDatabase] of databases) counties.set(name, makeCounty(makeDatabase));
  });

  it("is the same for the same seed, on another engine, and in a file in which making it was killed before", async () => {
    const killed = await killedFile();
    assert.notEqual(attempt("due", ...killed, ...packs, "--on", "2025-06-30").code, 0, "a part of the county was left");
    const again = makeCounty(() => killed); // made anew, even where made counties are kept
    const first = [...counties.values()].map((options) => ["facilities", "due"].map((command) => output(command, options, ...(command === "due" ? ["--on", "2025-06-30"] : []))));
    const [facilities, due] = first[0];
    assert.equal(output("facilities", again), facilities);
    assert.equal(output("due", again, "--on", "2025-06-30"), due);
    assert.ok(due.length > 0);
    for (const [otherFacilities, otherDue] of first.slice(1)) {
      assert.equal(otherFacilities, facilities);
      assert.equal(otherDue, due);
    }
  });

  it("is another one for another seed", () => {
    const other = makeCounty(makeFile, { seed: 8 });
    assert.notEqual(output("due", other, "--on", "2025-06-30"), output("due", counties.get("SQLite"), "--on", "2025-06-30"));
  });

  it("has 22 centres over 18 towns and 343 clinics that cover 392 villages once, but for one left alone and one claimed twice", async () => {
    for (const options of counties.values()) {
      const [claimed, left, ...more] = findings(options);
      assert.deepEqual([claimed.fault, left.fault, more], ["overlap", "gap", []]);
      const facilities = lines("facilities", options);
      const centres = facilities.filter(({ level }) => level === 4);
      const clinics = facilities.filter(({ level }) => level === 5);
      assert.equal(centres.length, 22);
      assert.equal(clinics.length, 343);
      const covered = clinics.flatMap(({ areas }) => areas);
      assert.equal(covered.length, 392);
      assert.equal(new Set(covered).size, 391);
      assert.deepEqual(covered.filter((code, at) => covered.indexOf(code) < at), [claimed.area]);
      assert.ok(!covered.includes(left.area));
      assert.equal(new Set(covered.map((code) => code.slice(0, 9))).size, 18);
      const codes = new Set(facilities.map(({ code }) => code));
      for (const { parent } of [...centres, ...clinics]) assert.ok(codes.has(parent), parent);
      for (const clinic of clinics) assert.equal(facilities.find(({ code }) => code === clinic.parent).level, 4);
    }
  });

  it("lists open, due and overdue lines in the order of due day, program, obligation and resident", () => {
    for (const options of counties.values()) {
      const due = lines("due", options, "--on", "2025-06-30");
      assert.ok(due.length >= 20, `${due.length} lines`);
      const keys = due.map(({ due_on, program, obligation, resident, subject }) => [due_on, program, obligation, resident ?? subject].join(" "));
      assert.deepEqual(keys, [...keys].sort());
      for (const line of due) {
        const always = Object.keys(line).filter((key) => !["item", "kind", "at", "done", "needed", "due_at"].includes(key));
        assert.deepEqual(always, [line.resident ? "resident" : "subject", "program", "obligation", "opens_on", "due_on", "closes_on", "state", "why"]);
        assert.equal("item" in line, /_visit$|^(infant|toddler|preschool)_exam$|^handbook$/.test(line.obligation), line.obligation);
        assert.ok(["open", "due", "overdue"].includes(line.state), line.state);
        assert.equal(line.state === "overdue", line.due_on < "2025-06-30");
        assert.ok(line.why.length > 0);
        for (const why of line.why) assert.deepEqual(Object.keys(why), ["rule", "source", "records", "text"]);
      }
    }
  });

  it("has people with diabetes, some with hypertension too, whose one exam of the year counts for both", () => {
    for (const options of counties.values()) {
      const exams = (day) => {
        const programs = new Map();
        for (const { resident, program, obligation } of lines("due", options, "--on", day))
          if (obligation === "exam") programs.set(resident, [...(programs.get(resident) ?? []), program]);
        return programs;
      };
      const before = exams("2025-02-28"), after = exams("2025-06-30");
      const both = [...before].filter(([, programs]) => programs.includes("diabetes") && programs.includes("hypertension"));
      assert.ok(both.length >= 3, `${both.length} people with both`);
      assert.ok(both.some(([resident]) => !after.has(resident)), "nobody was examined since");
      for (const [resident, programs] of both) assert.deepEqual(after.get(resident) ?? programs, programs, resident);
      const visits = lines("due", options, "--on", "2025-05-20").filter(({ program, obligation }) => program === "diabetes" && obligation === "followup");
      assert.ok(visits.some(({ state }) => state === "overdue") && visits.some(({ state }) => state !== "overdue"));
    }
  });

  it("splits the list of the county among its centres without loss, but for the village that nobody answers for", async () => {
    const options = counties.get("SQLite");
    const { area } = findings(options).find(({ fault }) => fault === "gap");
    const alone = new Set((await sql(options, `SELECT lower(hex(id)) FROM resident WHERE area_code = '${area}'`)).split("\n"));
    const inSight = ({ resident }) => resident && !alone.has(resident.replaceAll("-", ""));
    const whole = lines("due", options, "--on", "2025-06-30").filter(inSight);
    const centres = lines("facilities", options).filter(({ level }) => level === 4);
    const parts = centres.flatMap(({ code }) => lines("due", options, "--on", "2025-06-30", "--facility", code)).filter(({ resident }) => resident);
    const keys = (list) => list.map((line) => `${line.resident} ${line.due_on}`).sort();
    assert.deepEqual(keys(parts), keys(whole));
  });

  it("has what every rule of data quality looks for, also in the copies of one doctor", () => {
    for (const options of counties.values()) {
      const quality = lines("measure", options, "--period", "2025", "--unit", "441322").filter(({ measure }) => measure.startsWith("quality_"));
      assert.ok(quality.length >= 6);
      for (const { measure, numerator, denominator } of quality) assert.ok(numerator > 0 && numerator < denominator / 5, `${measure}: ${numerator} of ${denominator}`);
    }
  });

  for (const day of ["2025-03-31", "2025-05-17"]) {
    it(`answers for ${day} like a county made only to that day`, () => {
      for (const [name, makeDatabase] of databases) {
        const then = makeCounty(makeDatabase, { on: day });
        assert.equal(output("due", counties.get(name), "--on", day), output("due", then, "--on", day), name);
      }
    });
  }

  it("is verified by recomputation", () => {
    for (const options of counties.values()) {
      const [result] = lines("obligations verify", options);
      assert.equal(result.written + result.deleted, 0);
    }
  });

  it("is found made by a second run, and refuses other options on the same database", () => {
    for (const options of counties.values()) {
      const same = attempt("demo", ...options, ...packs, "--residents", "2000", "--seed", "7");
      assert.equal(same.code, 0, same.err);
      assert.match(same.err, /there already/);
      for (const other of [["--residents", "3000", "--seed", "7"], ["--residents", "2000", "--seed", "8"], ["--residents", "2000", "--seed", "7", "--on", "2025-06-29"]]) {
        const refused = attempt("demo", ...options, ...packs, ...other);
        assert.notEqual(refused.code, 0);
        assert.match(refused.err, /residents 2000 seed 7 on 2025-06-30/);
        assert.match(refused.err, new RegExp(`residents ${other[1]} seed ${other[3]} on ${other[5] ?? "2025-06-30"}`));
      }
    }
  });

  for (const [name] of databases) {
    describe(`through the API on ${name}`, () => {
      let server;
      before(async () => {
        server = await startServer(counties.get(name));
      });
      after(() => server?.stop());

      it("gives every person an ID number that is nobody's", async () => {
        const client = await logIn(server, "clinician");
        const numbers = new Map();
        for (const surname of "李王张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武戚") {
          const { body } = await client.fetch(`/api/residents?q=${encodeURIComponent(surname)}`);
          for (const { id, id_number_masked } of body.items) if (id_number_masked) numbers.set(id, id_number_masked);
        }
        assert.ok(numbers.size >= 50, `${numbers.size} people found`);
        for (const number of numbers.values()) assert.match(number, /^9966\d\d\*{8}\d{3}[\dX]$/);
      });

      it("has villages in every state that the desk tells of, below the centre of the guided accounts, and teams", async () => {
        const [township, clinician] = [await logIn(server, "township"), await logIn(server, "clinician")];
        const own = (await township.fetch("/api/session")).body.account.facility.code;
        const { facilities } = (await township.fetch("/api/facilities")).body;
        const below = new Set(facilities.filter(({ parent }) => parent === own).map(({ code }) => code));
        const held = (await township.fetch("/api/catchments")).body.items.filter(({ facility }) => below.has(facility));
        const staff = new Map((await township.fetch("/api/staff")).body.items.map((one) => [one.id, one]));
        const away = held.flatMap(({ doctors }) => doctors.map(({ id }) => staff.get(id))).filter((one) => one?.away_from);
        assert.ok(away.some(({ substitute }) => substitute) && away.some(({ substitute }) => !substitute), "with a substitute and without");
        assert.ok(held.some(({ doctors }) => doctors.length === 2), "two doctors share a village");
        const { areas } = (await township.fetch("/api/areas")).body;
        const names = (await township.fetch("/api/catchments")).body.items;
        const open = areas.filter(({ code, level }) => level === 5 && !names.some(({ area, doctors }) => area === code && doctors.length));
        assert.equal(open.length, 2, "one that nobody answers for, one without a doctor by name");
        const { teams } = (await clinician.fetch("/api/worklist/totals")).body;
        assert.ok(teams.length >= 2 && teams.every(({ n }) => n > 0));
        const list = await clinician.fetch(`/api/worklist?limit=100&team=${encodeURIComponent(teams[0].code)}`);
        assert.equal(list.body.items.length, Math.min(100, teams[0].n));
      });

      it("names the real divisions, and says that it is a demonstration", async () => {
        const client = await logIn(server, "county");
        const { areas } = (await client.fetch("/api/areas")).body;
        assert.equal(areas.filter(({ level }) => level === 4).length, 18);
        assert.equal(areas.filter(({ level }) => level === 5).length, 392);
        assert.ok(areas.some(({ code, name }) => code === "441322" && name === "博罗县"));
        assert.equal((await client.fetch("/api/session")).body.is_demo, true);
      });
    });
  }
});
