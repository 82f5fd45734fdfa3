// The inbox at a desk: an ask opens beside the list, keys begin to act on it, and the list renews itself.
// Without this each row is a link to its ask's page, and the list is as new as the page.
import { rowInFocus } from "./keys.js";

const PAUSE = 30_000;
const desk = matchMedia("(min-width: 1024px)");
const REFERENCE = /\/(E-\d{1,9})\//;

export function watchInbox() {
  const list = document.getElementById("asks");
  const place = document.querySelector("[data-beside]");
  if (!list || !place || !window.htmx) return {};
  const renew = renewing(list);
  const open = beside(list, place, renew);
  const act = (slug) => () => {
    const row = rowInFocus();
    const reference = row?.id ?? open.reference();
    if (reference) open.show(reference, `${slug === "acknowledge" && row?.hasAttribute("data-free") ? "take" : slug}/`);
  };
  const tick = () => rowInFocus()?.querySelector("input[type=checkbox]")?.click();
  return { x: tick, a: act("acknowledge"), h: act("hand-on"), p: act("accept"), d: act("decline"), o: act("hold") };
}

// --- The ask beside the list ---
function beside(list, place, renew) {
  const target = place.querySelector("#beside");
  let reference = ""; // of the ask that is open
  let address = ""; // of the page of it that is shown
  let isAnswer = false; // to a form that was sent: what it holds was typed

  const base = location.pathname;
  const asked = () => new URLSearchParams(location.search).get("ask")?.match(/^E-\d{1,9}$/)?.[0] ?? "";

  function mark() {
    for (const row of list.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
    if (reference) document.getElementById(reference)?.setAttribute("aria-current", "true");
  }

  // What was typed is lost only if its writer says so.
  function mayLeave() {
    const typed = [...target.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox])")].some(
      (field) => field.value !== (isAnswer ? "" : field.defaultValue),
    );
    return !typed || confirm("What you have typed is not sent yet. Leave it?");
  }

  function remember(ask) {
    const url = new URL(location.href);
    if (ask) url.searchParams.set("ask", ask);
    else url.searchParams.delete("ask");
    if (url.href !== location.href) history.pushState(null, "", url);
  }

  function focusIn() {
    const active = document.activeElement;
    // News and what is wrong have taken it.
    if (active !== target && target.contains(active)) return;
    const wanted = target.querySelector("[data-focus]");
    const field = wanted?.matches("form") ? wanted.querySelector("textarea, input:not([type=hidden]), select") : wanted;
    const heading = target.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    (field ?? heading)?.focus();
  }

  async function load(method, url, source) {
    try {
      await htmx.ajax(method, url, { target, source, swap: "innerHTML" });
    } catch {
      return; // the page's banner says so
    }
    if (target.childElementCount) focusIn();
    else hide();
    if (method === "POST") renew();
  }

  function show(ask, path = "", { isNews = true } = {}) {
    if (!desk.matches) {
      location.assign(`${base}${ask}/${path}`);
      return;
    }
    if (!mayLeave()) return;
    if (reference !== ask) target.replaceChildren();
    reference = ask;
    if (isNews) remember(ask);
    place.hidden = false;
    place.querySelector("[data-beside-page]").href = `${base}${ask}/`;
    mark();
    load("GET", `${base}${ask}/${path}`);
  }

  function hide() {
    reference = address = "";
    place.hidden = true;
    target.replaceChildren();
    mark();
  }

  function close() {
    if (!mayLeave()) return;
    const row = document.getElementById(reference) ?? list.querySelector("tbody tr");
    hide();
    remember("");
    row?.querySelector("a[href]")?.focus();
  }

  function plain(event) {
    return event.button === 0 && !event.defaultPrevented && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest("tbody a[href]");
    if (!link || !desk.matches || !plain(event)) return;
    event.preventDefault();
    show(link.closest("tr").id, link.pathname.split(REFERENCE)[2]);
  });
  target.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    // Its acts stay here; files, the project and other pages are links like any.
    if (!link || !plain(event) || !link.pathname.startsWith(`${base}${reference}/`) || link.pathname.includes("/files/")) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    if (!link.classList.contains("iocn-cancel") && !mayLeave()) return;
    load("GET", link.pathname);
  });
  target.addEventListener("submit", (event) => {
    event.preventDefault();
    load("POST", event.target.getAttribute("action") || address, event.target);
  });
  target.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { xhr } = detail;
    // Somebody else was quicker: the page says so and keeps what was typed.
    if (xhr.status === 409) Object.assign(detail, { shouldSwap: true, isError: false });
    if (detail.shouldSwap && /<html/i.test(xhr.responseText.slice(0, 2000))) {
      detail.shouldSwap = false;
      location.assign(xhr.responseURL);
      return;
    }
    if (detail.shouldSwap) {
      address = new URL(xhr.responseURL).pathname;
      isAnswer = detail.requestConfig.verb === "post";
      // Older news has been read, and its headings have the names of the new one's.
      for (const old of document.querySelectorAll("main > .nhsuk-notification-banner")) if (!old.hasAttribute("data-trouble")) old.remove();
    }
  });
  place.querySelector("[data-beside-close]").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || place.hidden || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    close();
  });
  document.addEventListener("iocn:renewed", mark);

  function follow() {
    const ask = asked();
    if (ask === reference) return;
    if (!ask) hide();
    else if (desk.matches) show(ask, "", { isNews: false });
    else location.replace(`${base}${ask}/`);
  }
  addEventListener("popstate", follow);
  follow();
  return { show, reference: () => reference };
}

// --- The list renews itself ---
const FOCUSABLE = "a[href], button, input";

function renewing(list) {
  const news = document.querySelector("[data-asks-news]");
  let stamp = list.dataset.stamp;

  async function renew() {
    if (document.hidden) return;
    let answer;
    try {
      const headers = { "HX-Request": "true", "HX-Target": list.id, "HX-Current-URL": location.href, "If-None-Match": stamp };
      answer = await fetch(location.href, { headers, cache: "no-store" });
    } catch {
      return; // no connection; the next time
    }
    // 304: nothing has changed. Signed out, or trouble: the list stays as it is.
    if (answer.status !== 200 || !answer.headers.has("ETag")) return;
    const html = await answer.text();
    const chosen = getSelection();
    if (!chosen.isCollapsed && list.contains(chosen.anchorNode)) return; // somebody is copying from it
    stamp = answer.headers.get("ETag");
    keepingPlace(list, () => {
      list.innerHTML = html;
    });
    news.textContent = "";
    news.textContent = "The list has changed.";
    document.dispatchEvent(new CustomEvent("iocn:renewed"));
  }

  setInterval(renew, PAUSE);
  document.addEventListener("visibilitychange", renew);
  return renew;
}

// What has the focus in the list has it afterwards too, or what came in its place; what is ticked stays ticked.
function keepingPlace(list, change) {
  const active = list.contains(document.activeElement) ? document.activeElement : null;
  const row = active?.closest("tr");
  const scope = row ?? list;
  const at = active ? [...scope.querySelectorAll(FOCUSABLE)].indexOf(active) : -1;
  const [id, index] = [row?.id, row?.rowIndex];
  const ticked = [...list.querySelectorAll("input:checked")].map((box) => box.closest("tr").id);
  change();
  for (const box of list.querySelectorAll("input[type=checkbox]")) box.checked = ticked.includes(box.closest("tr").id);
  if (!active) return;
  const rows = list.querySelectorAll("tr");
  const again = row ? ((id && document.getElementById(id)) ?? rows[Math.min(index, rows.length - 1)]) : list;
  const places = again?.querySelectorAll(FOCUSABLE) ?? [];
  (places[at] ?? places[0])?.focus({ preventScroll: true });
}
