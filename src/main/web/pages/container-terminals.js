// Terminal tabs: the container's own program, and shells started beside it. Each has a URL; a shell goes on when its tab is closed by a
// reload, and every tab of this browser shows it.

import { failure, flash, h, icon, iconButton } from "../dom.js";
import { get, part, post } from "../api.js";
import { clock, short } from "../format.js";
import { words } from "../docker-run.js";
import { canStartAgain } from "../state.js";
import { hangUp, TerminalView } from "../terminal.js";

const SHELL = "sh";

export function terminals(page) {
  const store = `berth.shells.${page.container.id}`;
  const strip = h("div.term-tabs", { role: "tablist", "aria-label": "Terminals" });
  const line = h("input.input.mono", { "aria-label": "Program of the new shell", value: localStorage.getItem("berth.shell") ?? SHELL, size: 10, spellcheck: "false", autocomplete: "off" });
  const plus = h("form.actions.push", {}, line, h("button.button.small", {}, icon("plus"), "New shell"));
  const trouble = h("div");
  const stage = h("div.pane-fill");
  const element = h("section.panel.pane-fill", { "aria-label": "Terminal" }, h("div.term-tabs", {}, strip, plus), trouble, stage);
  strip.className = "actions";
  const open = new Map();
  let current = null;

  plus.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.replaceChildren();
    try {
      const program = words(line.value.trim() || SHELL);
      localStorage.setItem("berth.shell", line.value.trim() || SHELL);
      choose(await startShell(program));
    } catch (error) {
      trouble.replaceChildren(failure(error));
    }
  });

  async function startShell(program) {
    const { id } = await post(`/containers/${part(page.container.id)}/exec`, { command: program, tty: true, openStdin: true, env: {}, columns: 80, rows: 24 });
    remember([...remembered(), { id, program }]);
    return addShell(id, program);
  }

  const remembered = () => JSON.parse(localStorage.getItem(store) ?? "[]");
  const remember = (list) => (list.length ? localStorage.setItem(store, JSON.stringify(list)) : localStorage.removeItem(store));

  function addTab(id, label, view, closing = null) {
    const tab = h("button.tab", { type: "button", role: "tab", id: `term-tab-${id}`, "aria-selected": "false", "aria-controls": `term-${id}`, onclick: () => choose(id) }, label);
    const wrap = h("span.actions", { role: "presentation" }, tab, closing && iconButton("close", `Close ${label}`, closing));
    view.element.id = `term-${id}`;
    view.element.setAttribute("role", "tabpanel");
    view.element.setAttribute("aria-labelledby", tab.id);
    view.element.hidden = true;
    strip.append(wrap);
    stage.append(view.element);
    open.set(id, { tab, wrap, view, opened: false });
    return id;
  }

  function addMain() {
    const { tty } = page.container.config ?? {};
    const view = new TerminalView(`/containers/${part(page.container.id)}/attach`, {
      tty: Boolean(tty),
      listeners: {
        exited: async (code) => {
          const now = await get(`/containers/${part(page.container.id)}`).catch(() => ({}));
          if (now.state === "running") return view.restarted();
          const words = `The program ended with code ${code}${at(now.finished)}.`;
          if (!canStartAgain(page.container)) return view.showEnd(words);
          view.showEnd(words, "Start again", () => page.act("start").then(() => view.again(), () => {}));
        },
        gone: (problem) => view.showProblem(problem),
        leave,
      },
    });
    return addTab("main", "Program", view);
  }

  function addShell(id, program) {
    const label = program.join(" ");
    const view = new TerminalView(`/exec/${part(id)}/attach`, {
      listeners: {
        exited: async (code) => {
          const words = `${label} ended with code ${code}${at((await get(`/exec/${part(id)}`).catch(() => ({}))).finished)}.`;
          if (page.container.state === "removed") return view.showEnd(words);
          view.showEnd(words, "New shell", () => replaceShell(id, program));
        },
        gone: (problem) => view.showProblem(problem),
        leave,
      },
    });
    return addTab(id, label, view, () => closeShell(id, "main"));
  }

  async function replaceShell(id, program) {
    try {
      closeShell(id, await startShell(program));
    } catch (error) {
      trouble.replaceChildren(failure(error));
    }
  }

  /** A remembered shell as the service has it; null when it is not there any more. No answer is no word about it. */
  async function asItIs(shell) {
    try {
      const { id, command, container } = await get(`/exec/${part(shell.id)}`);
      return container === page.container.id ? { id, program: command } : null;
    } catch (error) {
      return error.status === 404 ? null : shell;
    }
  }

  /** " at 12:03:04", as the service has it. */
  const at = (finished) => (finished ? ` at ${clock(finished)}` : "");

  /** The way out of a terminal, which takes every other key. */
  function leave() {
    open.get(current).tab.focus();
    flash(open.get(current).tab);
  }

  /** The program behind it gets the hang-up that closing a terminal window gives. next: shown, if this one was. */
  function closeShell(id, next) {
    const { wrap, view } = open.get(id);
    view.close();
    wrap.remove();
    open.delete(id);
    remember(remembered().filter((it) => it.id !== id));
    hangUp(`/exec/${part(id)}/attach`);
    choose(id === current ? next : current);
  }

  function choose(id) {
    current = id;
    for (const [other, { tab, view }] of open) {
      tab.setAttribute("aria-selected", String(other === id));
      view.element.hidden = other !== id;
    }
    const chosen = open.get(id);
    if (!chosen.opened) {
      chosen.opened = true;
      chosen.view.open();
    }
    chosen.view.fit();
    chosen.view.focus();
    const query = id === "main" ? "" : `?shell=${id}`;
    if (location.pathname.endsWith("/terminal")) history.replaceState(null, "", location.pathname + query);
  }

  let before = page.container.state;

  return {
    element,
    async begin() {
      addMain();
      const wanted = new URLSearchParams(location.search).get("shell");
      const known = remembered();
      if (wanted && !known.some((it) => it.id === wanted)) known.push({ id: wanted, program: [SHELL] });
      const alive = (await Promise.all(known.map(asItIs))).filter(Boolean);
      remember(alive);
      for (const it of alive) addShell(it.id, it.program);
      choose(alive.find((it) => wanted && it.id === wanted)?.id ?? "main");
      if (wanted && current === "main") trouble.replaceChildren(failure(new Error(`the shell ${short(wanted)} is not there any more; its output was kept for a while only`)));
    },
    update(it) {
      plus.lastElementChild.disabled = it.state !== "running";
      plus.title = it.state === "running" ? "" : "A shell needs a running container";
      if (it.state === "running" && (before === "exited" || before === "created" || before === "starting")) open.get("main")?.view.restarted?.();
      before = it.state;
    },
    removed() {
      plus.lastElementChild.disabled = true;
      for (const { view } of open.values()) view.withdraw();
    },
    enter: () => open.get(current)?.view.focus(),
    shown() {
      if (!current) return;
      open.get(current)?.view.fit();
      open.get(current)?.view.focus();
    },
  };
}

