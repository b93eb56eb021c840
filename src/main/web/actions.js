// What one can do to a container, the same in the list, on its page and in the palette. Optimistic: the state is shown as changing at
// once, and the kernel's word replaces it.

import { part, post, remove as del } from "./api.js";
import { confirmByName } from "./confirm.js";
import { isLive } from "./state.js";

export const CHANGING = { start: "starting", stop: "stopping", restart: "restarting", kill: "stopping", remove: "removing" };

export function act(verb, container) {
  const at = `/containers/${part(container.id)}`;
  return verb === "remove" ? del(`${at}?force=true`) : post(`${at}/${verb}`);
}

export function confirmRemove(container) {
  return confirmByName({
    title: `Remove ${container.name}?`,
    text: isLive(container)
      ? "It is running: its program is ended at once. What it wrote outside of volumes and folders of yours is lost."
      : "What it wrote outside of volumes and folders of yours is lost.",
    name: container.name,
    verb: "Remove",
  });
}
