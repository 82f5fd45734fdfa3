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
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}

function move(step) {
  const links = [...document.querySelectorAll("[data-list] tbody tr, [data-list] > li")]
    .map((row) => row.querySelector("a[href]"))
    .filter(Boolean);
  const now = links.findIndex((link) => link.closest("tr, li").contains(document.activeElement));
  const next = now === -1 ? (step > 0 ? 0 : links.length - 1) : now + step;
  links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
}

export function watchKeys() {
  const help = document.getElementById("keyboard-help");
  const search = document.querySelector(".iocn-filters input:is([type=text], [type=search])");
  if (!help || !document.querySelector("[data-list]")) return;
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
  document.querySelectorAll("[data-keys-help]").forEach((opener) => {
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  });
  const moves = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => search?.focus(),
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
