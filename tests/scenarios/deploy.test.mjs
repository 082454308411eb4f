// What deploy/ holds fits this program: the units are well formed and shut in, their commands and the settings file
// are known to the program.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { attempt, parseLines } from "../support/county.mjs";
import { program, root } from "../support/server.mjs";

const deploy = (name) => readFileSync(join(root, "deploy", name), "utf8");
const analyze = (...words) => spawnSync("systemd-analyze", words, { encoding: "utf8" });
const skip = analyze("--version").status === 0 ? false : "systemd-analyze is not on this machine";
const services = ["catchment.service", "catchment-backup.service"];

/** The unit in a folder of its own, with this program in the place of the installed one. */
function unit(t, name) {
  const folder = mkdtempSync(join(tmpdir(), "catchment-unit-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const one of [...services, "catchment-backup.timer"]) writeFileSync(join(folder, one), deploy(one).replaceAll("/usr/local/bin/catchment", program));
  return join(folder, name);
}

describe("the systemd units", () => {
  for (const name of [...services, "catchment-backup.timer"]) {
    it(`${name} is well formed`, { skip }, (t) => {
      const { status, stderr } = analyze("verify", unit(t, name));
      assert.equal(status, 0, stderr);
      assert.equal(stderr, "");
    });
  }

  for (const name of services) {
    it(`${name} leaves little in the open: 2.0 of 10 at most`, { skip }, (t) => {
      const { status, stdout, stderr } = analyze("security", "--offline=true", "--threshold=20", unit(t, name));
      assert.equal(status, 0, stderr + stdout.split("\n").filter((line) => line.includes("✗")).join("\n"));
    });

    it(`${name} types a command that the program knows, as a user of its own`, () => {
      const text = deploy(name);
      const [, words] = /^ExecStart=\/usr\/local\/bin\/catchment (.+)$/m.exec(text);
      const [command, ...rest] = words.split(" ");
      const help = attempt("help", command).out;
      for (const option of rest.filter((word) => word.startsWith("--"))) assert.ok(help.includes(`  ${option} `), option);
      assert.match(text, /^User=catchment$/m);
      assert.match(text, /^ProtectSystem=strict$/m);
    });
  }

  it("the settings file beside them is one that the program reads", () => {
    const file = join(root, "deploy/catchment.yaml");
    const { code, out, err } = attempt("config", "show", file);
    assert.equal(code, 0, err);
    const shown = Object.fromEntries(parseLines(out).map(({ setting, value }) => [setting, value]));
    assert.equal(shown.db, "/var/lib/catchment/county.db");
    assert.ok(deploy("catchment-backup.service").includes(`ReadWritePaths=${shown["backup-folder"]}\n`));
    const all = /Further settings: (.*)\./.exec(deploy("catchment.yaml"))[1].split(", ");
    const set = [...deploy("catchment.yaml").matchAll(/^([\w-]+):/gm)].map(([, name]) => name);
    assert.deepEqual([...all, ...set].sort(), Object.keys(shown).sort());
  });
});
