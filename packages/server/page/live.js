// The live page: a snapshot, then changes, from /live. Every text is set as text; callers choose their own names.
const get = (id) => document.getElementById(id);
// Callers choose their names: what turns the writing direction or is no character to be seen must not change the text around it.
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
const safe = (text) => text.replaceAll(UNSAFE, "\uFFFD");
const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = safe(text);
  return element;
};
const setText = (element, text) => {
  const shown = safe(text);
  if (element.textContent !== shown) element.textContent = shown;
};

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const KEEP_ENTRIES = 200;
const STATE_WORDS = {
  calling: "calling",
  ringing: "ringing",
  talking: "talking",
  held: "on hold",
  waiting: "waiting",
  parked: "parked",
  conference: "conference",
  connected: "connected",
  failed: "not put through",
};
const PBX_WORDS = {
  connecting: "connecting …",
  up: "connected",
  down: "not reachable, trying again",
  refused: "login refused",
};

const table = get("table");
const timeline = get("timeline");
let pbxs = new Map();
let calls = new Map();
const bodies = new Map();
// What each body shows now: nearly all calls are the same from one change to the next.
const drawn = new WeakMap();
let clockOffset = 0;
let pausedAt;
let link = { state: "connecting", text: "Connecting …" };
let dirty = false;
let unread = [];

// ---------------------------------------------------------------- what the server says

function apply(data, whole) {
  clockOffset = data.now - Date.now();
  if (data.recording !== undefined || whole) showRecording(data.recording);
  if (data.connect) setText(get("connect"), data.connect);
  if (data.pbxs) pbxs = new Map(data.pbxs.map((pbx) => [pbx.id, pbx]));
  const before = new Set(calls.keys());
  if (whole) calls = new Map();
  for (const call of data.calls ?? []) calls.set(call.id, call);
  for (const id of data.gone ?? []) calls.delete(id);
  if (whole) {
    timeline.replaceChildren();
    unread = [];
  }
  unread.push(...(data.timeline ?? []));
  unread.splice(0, Math.max(0, unread.length - KEEP_ENTRIES));
  if (!whole) announce((data.calls ?? []).filter((call) => !before.has(call.id)));
  dirty = true;
  drawPbxs();
  draw();
}

function showRecording(label) {
  get("recording").hidden = label === undefined;
  setText(get("recording-label"), label ?? "");
  document.title = `${label === undefined ? "" : "Recording · "}Calls · Cordboard`;
}

// ---------------------------------------------------------------- drawing

function draw() {
  if (!dirty || pausedAt !== undefined) return;
  dirty = false;
  for (const entry of unread.splice(0)) addEntry(entry);
  const sorted = [...calls.values()].sort((left, right) => (left.since ?? 0) - (right.since ?? 0));
  for (const [id, body] of bodies) {
    if (!calls.has(id)) {
      body.remove();
      bodies.delete(id);
    }
  }
  let place = table.tHead;
  for (const call of sorted) {
    const body = bodies.get(call.id) ?? make("tbody");
    bodies.set(call.id, body);
    drawCall(body, call);
    if (place.nextElementSibling !== body) place.after(body);
    place = body;
  }
  filter();
  tick();
}

function drawPbxs() {
  const many = pbxs.size > 1;
  const items = [...pbxs.values()].map((pbx) => {
    const item = make("li");
    // Only the server knows how its PBXs are.
    item.dataset.state = link.state === "up" ? pbx.state : "unknown";
    const shape = make("span", "shape");
    shape.setAttribute("aria-hidden", "true");
    const version = pbx.asterisk === "" ? "" : ` · Asterisk ${pbx.asterisk.split(/[~+-]/)[0]}`;
    item.append(
      shape,
      `${pbx.name} `,
      make("small", "", link.state === "up" ? `${PBX_WORDS[pbx.state]}${version}` : "state not known"),
    );
    return item;
  });
  get("pbxs").replaceChildren(...items);
  const notes = [...pbxs.values()].flatMap((pbx) => pbx.notes.map((note) => (many ? `${pbx.name}: ${note}` : note)));
  get("notes").hidden = notes.length === 0;
  get("notes-list").replaceChildren(...notes.map((note) => make("li", "", note)));
  const troubled = [...pbxs.values()].filter((pbx) => pbx.detail !== "");
  showTrouble(
    troubled.map((pbx) => {
      const name = many || pbx.state !== "up" ? `${pbx.name}: ` : "";
      return `${name}${pbx.state === "up" ? "" : `since ${clockTime.format(pbx.since)}: `}${pbx.detail}`;
    }),
  );
}

/** A line for each trouble; written only when it is another, for it is read out. */
function showTrouble(lines) {
  const trouble = get("trouble");
  trouble.hidden = lines.length === 0;
  if (trouble.dataset.shown === JSON.stringify(lines)) return;
  trouble.dataset.shown = JSON.stringify(lines);
  trouble.replaceChildren(...lines.map((line) => make("span", "line", line)));
}

function drawCall(body, call) {
  body.classList.toggle("stale", pbxs.get(call.pbx)?.state !== "up");
  const many = pbxs.size > 1;
  const before = drawn.get(body);
  if (before?.call === call && before.many === many) return;
  drawn.set(body, { call, many });
  body.dataset.search = [call.title, ...call.parties.flatMap((party) => [party.name, party.number, party.device])]
    .join(" ")
    .toLocaleLowerCase();
  body.replaceChildren(headingRow(call), ...call.parties.map(partyRow));
}

function headingRow(call) {
  const row = make("tr");
  const heading = make("th", "", call.title);
  heading.scope = "rowgroup";
  heading.colSpan = 3;
  const where = pbxs.size > 1 ? ` · ${pbxs.get(call.pbx)?.name ?? call.pbx}` : "";
  const note = call.note === undefined ? "" : ` · ${call.note}`;
  heading.append(" ", make("small", "", `${STATE_WORDS[call.state]}${note}${where}`));
  row.append(heading, make("td", "device"), ageCell(call.since));
  return row;
}

function partyRow(party) {
  const row = make("tr");
  const state = make("td", "state");
  state.dataset.state = party.state;
  const shape = make("span", "shape");
  shape.setAttribute("aria-hidden", "true");
  state.append(shape, party.stateText);
  row.append(
    state,
    make("td", "", party.name),
    make("td", "", party.number),
    make("td", "device", party.device),
    ageCell(party.since),
  );
  return row;
}

function ageCell(since) {
  const cell = make("td", "age");
  if (since !== undefined) cell.dataset.since = since;
  return cell;
}

function addEntry(entry) {
  const item = make("li");
  item.dataset.search = entry.text.toLocaleLowerCase();
  const time = make("time", "", clockTime.format(entry.at));
  time.dateTime = new Date(entry.at).toISOString();
  const text = make("span", "", entry.text);
  if (pbxs.size > 1) text.append(" ", make("small", "", pbxs.get(entry.pbx)?.name ?? entry.pbx));
  item.append(time, text);
  const atTop = timeline.scrollTop < 4;
  timeline.prepend(item);
  // Who has scrolled back to read keeps the place.
  if (!atTop) timeline.scrollTop += item.offsetHeight;
  while (timeline.childElementCount > KEEP_ENTRIES) timeline.lastElementChild.remove();
}

function filter() {
  const wanted = get("find").value.trim().toLocaleLowerCase();
  let shown = 0;
  for (const body of bodies.values()) {
    body.hidden = wanted !== "" && !body.dataset.search.includes(wanted);
    if (!body.hidden) shown++;
  }
  for (const item of timeline.children) item.hidden = wanted !== "" && !item.dataset.search.includes(wanted);
  table.hidden = shown === 0;
  get("no-calls").hidden = bodies.size > 0;
  get("nothing-found").hidden = bodies.size === 0 || shown > 0;
  get("no-events").hidden = timeline.childElementCount > 0;
  setText(get("count"), String(bodies.size));
}

function tick() {
  if (pausedAt !== undefined) return;
  const now = Date.now() + clockOffset;
  for (const cell of table.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((now - Number(cell.dataset.since)) / 1000));
    const hours = Math.floor(seconds / 3600);
    const minutes = String(Math.floor(seconds / 60) % 60).padStart(hours > 0 ? 2 : 1, "0");
    const text = `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
    setText(cell, hours > 0 ? `${hours}:${text}` : text);
  }
}

// ---------------------------------------------------------------- screen reader: new calls, at most every 5 seconds

let waiting = [];
let announceTimer;

function announce(fresh) {
  if (!get("announce").checked) return;
  waiting.push(...fresh.map((call) => call.id));
  if (waiting.length === 0 || announceTimer !== undefined) return;
  // A moment later the other side's name is known too.
  announceTimer = setTimeout(() => {
    const [only] = waiting;
    const text =
      waiting.length === 1 ? `New call: ${calls.get(only)?.title ?? "already ended"}` : `${waiting.length} new calls`;
    waiting = [];
    setText(get("announcer"), text);
    announceTimer = setTimeout(() => {
      announceTimer = undefined;
      announce([]);
    }, 4000);
  }, 1000);
}

// ---------------------------------------------------------------- the stream

const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token !== null) history.replaceState(null, "", location.pathname);
let source;
let retryMs = 1000;

function showLink(state, text) {
  link = { state, text };
  drawLink();
}

function drawLink() {
  // What stands still is not live; that the server is away matters more.
  const still = pausedAt !== undefined && link.state === "up";
  get("link").dataset.state = still ? "paused" : link.state;
  setText(get("link-text"), still ? `Paused since ${clockTime.format(pausedAt)}` : link.text);
}

async function open() {
  // The stream itself does not tell why it was refused; this does.
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch("live/session", { method: "POST", headers });
  if (answer.status === 401) {
    const { detail } = await answer.json();
    refuse(detail);
    return;
  }
  source = new EventSource("live");
  source.addEventListener("snapshot", (event) => {
    retryMs = 1000;
    showLink("up", "Live");
    apply(JSON.parse(event.data), true);
  });
  source.addEventListener("change", (event) => apply(JSON.parse(event.data), false));
  source.addEventListener("error", () => {
    source.close();
    void lost();
  });
}

function refuse(why) {
  showLink("refused", "Not allowed");
  drawPbxs();
  showTrouble([`This page needs a token. ${why}`]);
}

async function lost() {
  showLink("down", "Connection to the server lost, trying again …");
  drawPbxs();
  for (const body of bodies.values()) body.classList.add("stale");
  await new Promise((done) => setTimeout(done, retryMs * (0.5 + Math.random() / 2)));
  retryMs = Math.min(retryMs * 2, 15000);
  await open().catch(lost);
}

// ---------------------------------------------------------------- the reader's own wishes

get("find").addEventListener("input", filter);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
get("pause").addEventListener("click", () => {
  pausedAt = pausedAt === undefined ? Date.now() : undefined;
  get("pause").setAttribute("aria-pressed", String(pausedAt !== undefined));
  setText(get("pause"), pausedAt === undefined ? "Pause" : "Go on");
  drawLink();
  draw();
});
setInterval(tick, 1000);
open().catch(lost);
