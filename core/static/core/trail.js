// From a record back to the list as it was, and on to its neighbours there. Kept in this tab only.
const key = (base) => `trail:${base}`;

export function keepTrail(base, ids) {
  const trail = { url: window.location.pathname + window.location.search, ids };
  window.sessionStorage.setItem(key(base), JSON.stringify(trail));
}

export function connectTrail(root) {
  for (const nav of root.querySelectorAll("[data-trail]")) {
    const base = nav.dataset.trail;
    const trail = JSON.parse(window.sessionStorage.getItem(key(base)) || "null");
    if (!trail) continue;
    nav.querySelector("[data-back]").href = trail.url;
    const at = trail.ids.indexOf(nav.dataset.record);
    for (const link of nav.querySelectorAll("[data-step]")) {
      const id = at < 0 ? undefined : trail.ids[at + Number(link.dataset.step)];
      link.hidden = id === undefined;
      if (id !== undefined) link.href = `${base}/${id}`;
    }
  }
}
