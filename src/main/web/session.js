// The session's secret lives in this origin's own storage: a page at another port of the same host name, which is sent our cookie,
// cannot read it. Without it no call is answered.

const KEY = "berth.secret";
let leaving = false;

export function secret() {
  return localStorage.getItem(KEY);
}

export function keep(value) {
  localStorage.setItem(KEY, value);
}

export function forget() {
  localStorage.removeItem(KEY);
}

/** To the sign-in page, and back here afterwards. */
export function signIn() {
  if (leaving) return;
  forget();
  if (location.pathname !== "/sign-in") {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}

export async function signOut() {
  leaving = true;
  await fetch("/session", { method: "DELETE", headers: { "X-Berth-Session": secret() ?? "" } }).catch(() => {});
  forget();
  location.assign("/sign-in");
}

/** Where to go on after signing in: to a page of our own, whatever the address asks for. */
export function nextPage(wanted, origin) {
  const home = `${origin}/containers`;
  try {
    const { href, pathname } = new URL(wanted ?? home, origin);
    return href.startsWith(`${origin}/`) && pathname !== "/sign-in" ? href : home;
  } catch {
    return home;
  }
}
