// Keyboard moves in lists at a desk: j, k, Enter (the link has the focus), / to search, ? for help.
// Single keys can be turned off in the help (WCAG 2.1.4); the choice stays in this browser.
const OFF = "iocn-keys-off";
const desk = matchMedia("(min-width: 1024px)");

function remembered() {
  try {
    return localStorage.getItem(OFF) === "yes";
  } catch {
    return false; // storage is forbidden here; the choice holds for this page only
  }
}

function remember(off) {
  try {
    localStorage.setItem(OFF, off ? "yes" : "no");
  } catch {
    // as above
  }
}

function isTyping(element) {
  if (element.isContentEditable) return true;
  return element.tagName === "INPUT" ? element.type !== "checkbox" : ["TEXTAREA", "SELECT"].includes(element.tagName);
}

const rows = () => [...document.querySelectorAll("[data-list] tbody tr, [data-list] > li")].filter((row) => row.querySelector("a[href]"));
let last = -1; // where in the list one was
document.addEventListener("focusin", ({ target }) => {
  const at = rows().findIndex((row) => row.contains(target));
  if (at !== -1) last = at;
});

const inFocus = (all) => all.findIndex((row) => row.contains(document.activeElement));
const opened = (all) => all.findIndex((row) => row.getAttribute("aria-current"));

// The row that has the focus, else the one that is open beside the list.
export function rowInFocus() {
  const all = rows();
  return all[inFocus(all)] ?? all[opened(all)];
}

function move(step) {
  const all = rows();
  let now = inFocus(all);
  if (now === -1) now = opened(all);
  let next = now === -1 && step < 0 ? all.length - 1 : now + step;
  // The open ask has gone elsewhere in the list, or out of it: what came in its place is next.
  if (inFocus(all) === -1 && last !== -1 && now !== last) next = last + Math.min(step, 0);
  all[Math.max(0, Math.min(next, all.length - 1))]?.querySelector("a[href]").focus();
}

// `more`: what further keys do on this page.
export function watchKeys(more = {}) {
  const help = document.getElementById("keyboard-help");
  const search = document.querySelector(".iocn-filters input:is([type=text], [type=search])");
  if (!help || !(document.querySelector("[data-list]") || Object.keys(more).length)) return;
  let off = remembered();
  const toggle = help.querySelector("[data-keys-off]");
  const name = () => {
    toggle.textContent = off ? "Turn these keys on" : "Turn these keys off";
  };
  name();
  toggle.addEventListener("click", () => {
    off = !off;
    remember(off);
    name();
  });
  // A list that renews itself brings its opener anew.
  const showOpeners = () => document.querySelectorAll("[data-keys-help]").forEach((opener) => (opener.hidden = false));
  showOpeners();
  document.addEventListener("iocn:renewed", showOpeners);
  document.addEventListener("click", ({ target }) => target.closest("[data-keys-help]") && help.showModal());
  const moves = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => search?.focus(),
    ...more,
    "?": () => (help.open ? help.close() : help.showModal()),
  };
  document.addEventListener("keydown", (event) => {
    const chosen = moves[event.key];
    if (!chosen || !desk.matches || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (off || (help.open && event.key !== "?")) return;
    event.preventDefault();
    chosen();
  });
}
