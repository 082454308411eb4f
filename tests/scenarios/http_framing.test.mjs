// The program's border, plain and under TLS: what is not well-framed reaches no handler, what is too large or
// too slow is refused, many are served, and the process lives.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Client, converse, externalJson, makeCertificate, makeCounty, startServer } from "../support/server.mjs";

const head = "HTTP/1.1\r\nHost: a\r\n";
let county;
before(() => {
  county = makeCounty(undefined, { residents: 1000 });
});

for (const [name, more] of [["plain", () => []], ["TLS", makeCertificate]]) {
  describe(`the border, ${name}`, () => {
    let server;
    before(async () => {
      server = await startServer(county, ...more());
    });
    after(() => server.stop());

    it("answers a request whose client has closed its half", async () => {
      const heard = await converse(server, `GET /api/health ${head}\r\n`);
      assert.match(heard, /^HTTP\/1\.1 200 /);
      assert.match(heard, /"status":"ok"/);
    });

    it("answers requests one after another on one connection, in order", async () => {
      const heard = await converse(server, `GET /api/health ${head}\r\nGET /api/nowhere ${head}\r\nGET /api/demo ${head}Connection: close\r\n\r\n`);
      assert.deepEqual(heard.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 200"]);
    });

    it("refuses a smuggled request behind a good one", async () => {
      const heard = await converse(
        server,
        `GET /api/health ${head}\r\nPOST /api/session ${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/demo ${head}\r\n`,
      );
      assert.deepEqual(heard.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 400"]);
      assert.doesNotMatch(heard, /is_demo/);
    });

    it("refuses with a problem document in both languages", async () => {
      const heard = await converse(server, `GET /api/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`);
      assert.match(heard, /^HTTP\/1\.1 400 .*Content-Type: application\/problem\+json\r\n/s);
      const problem = JSON.parse(heard.slice(heard.indexOf("\r\n\r\n") + 4));
      assert.equal(problem.code, "ERR_MALFORMED");
      assert.ok(problem.titles.zh && problem.titles.en);
    });

    it("refuses an oversized body before it is sent", async () => {
      const heard = await converse(server, `POST /api/session ${head}Content-Length: 100000000\r\n\r\n`, { halfClose: false });
      assert.match(heard, /^HTTP\/1\.1 413 /);
    });

    it("refuses heads and targets that are too long", async () => {
      assert.match(await converse(server, `GET /${"a".repeat(9000)} ${head}\r\n`), /^HTTP\/1\.1 414 /);
      assert.match(await converse(server, `GET / ${head}A: ${"a".repeat(17000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
    });

    it("refuses deep nesting", async () => {
      const deep = await new Client(server).fetch("/api/session", {
        method: "POST",
        body: "[".repeat(2000) + "]".repeat(2000),
        headers: { "content-type": "application/json" },
      }).catch((error) => {
        if (!server.isTls) throw error;
        return undefined; // fetch does not trust the certificate
      });
      if (deep) assert.ok(deep.status >= 400 && deep.status < 500, deep.text);
    });

    it("serves two hundred connections at once", async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, () => converse(server, `GET /api/health ${head}\r\n`)));
      for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 200 /);
    });

    it("answers the public suite of raw requests as it demands", async (t) => {
      const suite = externalJson("robustness/http-llhttp/requests.json");
      if (!suite) return t.skip("the suite is not here (CATCHMENT_EXTERNAL)");
      for (const request of suite) {
        const heard = await converse(server, Buffer.from(request.input_base64, "base64"));
        assert.doesNotMatch(heard, /^HTTP\/1\.1 5/m, request.name);
        if (request.must_reject) assert.match(heard, /^($|HTTP\/1\.1 400 )/, request.name);
      }
      assert.match(await converse(server, `GET /api/health ${head}\r\n`), /^HTTP\/1\.1 200 /);
    });
  });
}

it("ends well when asked to while requests are under way", async () => {
  const server = await startServer(county);
  const asked = converse(server, `GET /api/health ${head}\r\n`);
  assert.match(await asked, /^HTTP\/1\.1 200 /);
  assert.equal(await server.stop(), 0);
});

it("says nothing of targets and queries in its log", async () => {
  const server = await startServer(county);
  await converse(server, `GET /api/residents?q=Zhangsan996601 ${head}\r\n`);
  await server.stop();
  assert.doesNotMatch(server.log, /Zhangsan|996601/);
  assert.match(server.log, /"route":"\/api\/residents"/);
});
