// What every page needs. Nothing here is needed to use a page: forms and links work without it.
import {
  Button,
  CharacterCount,
  Checkboxes,
  createAll,
  ErrorSummary,
  Header,
  NotificationBanner,
  PasswordInput,
  Radios,
  SkipLink,
} from "nhsuk-frontend";
import { watchInbox } from "./inbox.js";
import { watchKeys } from "./keys.js";
import { sendOnce } from "./send-once.js";
import { tellTrouble } from "./trouble.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

const components = [Button, CharacterCount, Checkboxes, ErrorSummary, Header, NotificationBanner, PasswordInput, Radios, SkipLink];

function start(scope) {
  for (const component of components) createAll(component, {}, scope);
}

start(document);
// What htmx brings later. It also says "load" of the page itself, which has been done.
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt !== document.body) start(detail.elt);
});

// A form sent from ".../#main" would come back to it, past the error or the news that ought to have the keyboard.
document.querySelector(".nhsuk-skip-link")?.addEventListener("click", () => {
  setTimeout(() => history.replaceState(history.state, "", location.pathname + location.search));
});

sendOnce();
tellTrouble();
watchKeys(watchInbox());
