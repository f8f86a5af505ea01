/* Questions to the server. What is not an answer of the portal itself, such as the page of a
   café's network, counts as no answer. */

const PATIENCE = 30000;

export class NoAnswer extends Error {}

/* {status, body} of a JSON answer of ours; NoAnswer for everything else. */
export async function ask(path, { method = "GET", headers = {}, body, patience = PATIENCE } = {}) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(path, {
      method, body, signal: stop.signal, cache: "no-store", redirect: "error", credentials: "same-origin",
      headers: { Accept: "application/json", ...headers },
    });
    const told = await answer.json();
    if (typeof told !== "object" || told === null || typeof told.ok !== "boolean") throw new NoAnswer("not ours");
    return { status: answer.status, body: told };
  } catch (error) {
    throw error instanceof NoAnswer ? error : new NoAnswer(String(error));
  } finally {
    clearTimeout(clock);
  }
}
