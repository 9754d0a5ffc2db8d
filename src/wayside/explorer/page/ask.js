// Questions to the server. Of changes, one is on its way at most, and what comes in between is
// asked together as soon as it is answered: quick moves never queue up.

const tab = crypto.randomUUID();

export class Connection {
  constructor() { this.serial = 0; }

  newer() { return ++this.serial; }

  async ask(name, question, { part = "", serial = this.serial } = {}) {
    let response;
    try {
      response = await fetch(`ask/${name}`, {
        method: "POST", body: JSON.stringify({ tab: tab + part, serial, ...question }),
      });
    } catch {
      return { error: "no answer: the explorer has ended; start it again and reload", gone: true };
    }
    if (!response.ok) return { error: `not answered (${(await response.text()).trim()})` };
    return response.json();
  }
}

export class Changes {
  // send(pending) resolves when the answer has been drawn.
  constructor(send) { this.send = send; this.pending = null; this.busy = false; }

  add(part) {
    const before = this.pending ?? {};
    this.pending = {
      ...before, ...part,
      changes: part.query || part.base ? (part.changes ?? {}) : { ...before.changes, ...part.changes },
      commit: Boolean(before.commit || part.commit),
    };
    this.pump();
  }

  async pump() {
    if (this.busy || !this.pending) return;
    const now = this.pending;
    this.pending = null;
    this.busy = true;
    try { await this.send(now); } finally { this.busy = false; }
    this.pump();
  }

  get idle() { return !this.busy && !this.pending; }
}
