// The REST API: one caller that knows the base, the session secret and problem documents.

import { secret, signIn } from "./session.js";

const BASE = "/api/v1";

/** A refusal of the service: the sentence, the status, and the field it is about. */
export class Problem extends Error {
  constructor({ detail, title, status, field, type }) {
    super(detail || title || `the service answered ${status}`);
    this.status = status;
    this.field = field ?? null;
    this.type = type ?? "";
  }
}

export class Unreachable extends Error {
  constructor() {
    super("Berth does not answer; it may be restarting");
  }
}

async function send(method, path, body, { signal, accept } = {}) {
  const headers = { "X-Berth-Session": secret() ?? "", Accept: accept ?? "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(BASE + path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  if (response.status === 401) signIn();
  throw new Problem(await problem(response));
}

async function problem(response) {
  try {
    return { status: response.status, ...(await response.json()) };
  } catch {
    return { status: response.status, detail: `the service answered ${response.status} ${response.statusText}` };
  }
}

async function json(response) {
  return response.status === 204 ? null : response.json();
}

export const get = async (path, options) => json(await send("GET", path, undefined, options));
export const post = async (path, body, options) => json(await send("POST", path, body, options));
export const remove = async (path, options) => json(await send("DELETE", path, undefined, options));
export const text = async (path, options) => (await send("GET", path, undefined, { accept: "text/plain", ...options })).text();
export const blob = async (path, options) => (await send("GET", path, undefined, { accept: "text/plain", ...options })).blob();

/** Calls back with each line of an NDJSON answer as it arrives. */
export async function lines(method, path, body, each, options = {}) {
  const response = await send(method, path, body, { accept: "application/x-ndjson", ...options });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) if (part.trim()) each(JSON.parse(part));
  }
  if (rest.trim()) each(JSON.parse(rest));
}

export const part = encodeURIComponent;
