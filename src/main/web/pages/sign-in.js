// From a one-time token (in the part of the address that never leaves the browser) or a pasted token to a session.

import { $, sentence } from "../dom.js";
import { keep, nextPage, secret } from "../session.js";

const form = $("#sign-in");
const token = $("#token");
const error = $("#error");

const next = () => nextPage(new URLSearchParams(location.search).get("next"), location.origin);

async function exchange(value) {
  error.textContent = "";
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch("/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token: value }) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? answer.title);
    keep(answer.secret);
    location.replace(next());
  } catch (failed) {
    error.textContent = failed instanceof TypeError ? "Berth does not answer; is the service running?" : sentence(failed.message);
    token.focus();
  } finally {
    form.removeAttribute("aria-busy");
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (token.value.trim()) exchange(token.value.trim());
});

const once = location.hash.slice(1);
if (once) {
  history.replaceState(null, "", location.pathname + location.search);
  exchange(once);
} else {
  token.focus();
  // A link from another site comes without the cookie: the session may well stand.
  if (secret()) {
    const response = await fetch("/session", { headers: { "X-Berth-Session": secret() } }).catch(() => null);
    if (response?.ok) location.replace(next());
  }
}
