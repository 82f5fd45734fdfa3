// When htmx gets no answer, or a page that says what went wrong, the reader is told: nothing else on the page would.
export function tellTrouble() {
  const banner = document.querySelector("[data-trouble]");
  if (!banner) return;
  const [title, text] = ["title", "text"].map((name) => banner.querySelector(`[data-trouble-${name}]`));
  const own = [title.textContent, text.textContent];

  function tell(answer) {
    const main = answer && new DOMParser().parseFromString(answer, "text/html").querySelector("main");
    title.textContent = main?.querySelector("h1")?.textContent || own[0];
    text.textContent = main?.querySelector("h1 ~ p")?.textContent || own[1];
    banner.hidden = false;
  }

  document.addEventListener("htmx:responseError", ({ detail }) => tell(detail.xhr.responseText));
  for (const event of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(event, () => tell(""));
  document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
    if (detail.successful) banner.hidden = true;
  });
}
