// Fields that lead to a record: its choices are searched as one types.
export function connectLinks(root) {
  for (const select of root.querySelectorAll("select[data-link]")) connectLink(select);
}

// Options found for another word stay loaded but are not shown; those there from the start have no id.
function connectLink(select) {
  if (select.tomselect || select.closest("template")) return;
  const found = new Map();
  new window.TomSelect(select, {
    valueField: "id", labelField: "text", searchField: [], maxOptions: 20, preload: "focus", openOnFocus: true,
    plugins: select.required ? [] : ["clear_button"], dropdownParent: select.closest("dialog") ? null : "body",
    score: (query) => (option) => (option.id === undefined || found.get(query)?.has(option.id) ? 1 : 0),
    load: async (query, done) => {
      const items = await search(select.dataset.link, query);
      found.set(query, new Set(items.map((item) => item.id)));
      done(items);
    },
    render: { no_results: () => noResults(select.dataset.none) },
  });
}

async function search(link, query) {
  const address = new URL(link, window.location.href);
  address.searchParams.set("q", query);
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).items : [];
  } catch {
    return [];
  }
}

function noResults(text) {
  const told = document.createElement("div");
  told.className = "no-results";
  told.textContent = text || "—";
  return told;
}
