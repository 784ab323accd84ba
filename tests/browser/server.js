// The program, with an archive of invented articles, on a free port of loopback.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PROGRAM = process.env.RETOLD || new URL("../../target/debug/retold", import.meta.url).pathname;

const WIRE = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall. The governor, Ilse Brandt, told reporters in Hestbrook that 1,400 households below the dam had been asked to leave by noon. “We will not gamble with lives,” she said. Engineers from Meridian University will examine the wall with divers; their report is due on 14 March.";
export const HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=\"window.hit=2\">\u202eevil";

export const ARTICLES = [
  { id: "wire/1", title: "Orrin dam closed after cracks are found", source: "Meridian Wire", date: "2031-03-09T06:00:00Z", url: "https://wire.example/1", text: WIRE },
  { id: "post/1", title: "Dam shut, 1,400 households told to go", source: "Arrel Post", date: "2031-03-09T09:00:00Z", text: `${WIRE}\n\nNobody was hurt, the Post learnt.` },
  { id: "chronicle/1", title: "Cracks in the wall: Orrin dam is closed", source: "Ravensholt Chronicle", date: "2031-03-10", text: "Engineers have found cracks in the eastern wall of the Orrin dam, and on Monday it was closed. Ilse Brandt, the governor, said in Hestbrook that 1,400 households below it were asked to leave by noon. “We will not gamble with lives,” she said. Divers and engineers from Meridian University are to examine the wall and to report by 14 March." },
  { id: "hostile/1", title: HOSTILE, source: HOSTILE, date: "2031-03-11", url: "javascript:window.hit=3", text: `${WIRE}\n\n${HOSTILE}` },
  { id: "mill/1", title: "Mill burns down", source: "Arrel Post", date: "2031-03-12", text: "The old mill of Quarrel Point burnt down on Sunday night; fourteen looms were lost, its owner Tamsin Reed said. The fire brigade of Hestbrook came with six engines, and nobody was hurt." },
  { id: "mill/2", title: "Fourteen looms lost as mill burns", source: "Hestbrook Echo", date: "2031-03-12", text: "The old mill of Quarrel Point burnt down on Sunday night; fourteen looms were lost, its owner Tamsin Reed said. The fire brigade of Hestbrook came with six engines, and nobody was hurt. The Echo was there." },
];

export class Server {
  static async start(more = []) {
    const home = mkdtempSync(join(tmpdir(), "retold-browser-"));
    const child = spawn(PROGRAM, ["serve", join(home, "archive"), "--listen", "127.0.0.1:0", ...more], { stdio: ["ignore", "ignore", "pipe"] });
    const address = await new Promise((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (bytes) => {
        said += bytes;
        const found = said.match(/http:\/\/[^/\s]+/);
        if (found) resolve(found[0]);
      });
      child.on("exit", () => reject(new Error(`the server ended: ${said}`)));
    });
    return Object.assign(new Server(), { home, child, address });
  }

  async post(path, body) {
    const response = await fetch(this.address + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async get(path) {
    const response = await fetch(this.address + path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.removeAllListeners("exit");
    this.child.on("exit", () => {});
    const gone = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill("SIGTERM");
    await Promise.race([ended, gone]);
    rmSync(this.home, { recursive: true, force: true });
  }
}
