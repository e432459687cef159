/* Betters pages that work without it: local kick-off times, a filter on the list of matches, the age of the data. */
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function showLocalTimes() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const times = all(".tl-matches td.t time").filter((time) => time.dateTime.includes("T"));
    if (!zone || zone === "UTC" || !times.length) return;
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
    const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
    const weekdayUtc = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" });
    for (const time of times) {
      const at = new Date(time.dateTime);
      const day = weekday.format(at);
      time.title = time.textContent + " UTC";
      time.textContent = (day === weekdayUtc.format(at) ? "" : day + " ") + clock.format(at);
    }
    all("[data-zone]").forEach((head) => { head.textContent = "Local"; });
    all("[data-zone-note]").forEach((note) => {
      note.textContent = "Kick-off in your time zone, " + zone.replaceAll("_", " ") + ". Days are UTC days.";
    });
  }

  function showAge() {
    for (const place of all("[data-age]")) {
      const hours = Math.floor((Date.now() - new Date(place.dataset.age)) / 3600000);
      if (hours < 1) continue;
      place.textContent = "The cut-off was " + (hours < 48 ? hours + " h" : Math.floor(hours / 24) + " days") + " ago.";
      place.classList.toggle("tl-old", hours > 36);
    }
  }

  function startFilter(form) {
    const root = document.querySelector("[data-filtered]");
    const groups = all("tbody[data-region]", root);
    const pairs = new Map(groups.map((group) => [group.dataset.division, group]));
    const { region, division, value } = form.elements;

    const named = (group) => (group.querySelector(".tl-group a, .tl-group th") || group).textContent.trim();
    const fill = (select, options, keep) => {
      select.replaceChildren(select.options[0], ...options.map(([key, text]) => new Option(text, key)));
      select.value = options.some(([key]) => key === keep) ? keep : "";
    };
    const byText = (one, other) => one[1].localeCompare(other[1]);
    const fillDivisions = (keep) => {
      const fitting = [...pairs].filter(([, group]) => !region.value || group.dataset.region === region.value);
      fill(division, fitting.map(([code, group]) => [code, named(group)]).sort(byText), keep);
    };

    function apply() {
      for (const group of groups) {
        const fits = (!region.value || group.dataset.region === region.value)
          && (!division.value || group.dataset.division === division.value);
        const isResult = group.closest(".tl-matches--results") !== null;
        const rows = all("tr:not(.tl-group)", group);
        rows.forEach((row) => { row.hidden = value.checked && !isResult && !row.hasAttribute("data-value"); });
        group.hidden = !fits || rows.every((row) => row.hidden);
      }
      let shown = 0;
      for (const day of all("[data-day]", root)) {
        const count = all("tbody:not([hidden]) tr:not(.tl-group):not([hidden])", day).length;
        day.hidden = count === 0;
        day.querySelector("[data-count]").textContent = count + (count === 1 ? " match" : " matches");
        if (!day.querySelector(".tl-matches--results")) shown += count;
      }
      form.querySelector("[data-filter-count]").textContent = shown + (shown === 1 ? " fixture" : " fixtures");
    }

    function remember() {
      const query = new URLSearchParams();
      for (const [key, text] of new FormData(form)) if (text) query.set(key, text);
      const text = query.toString();
      history.replaceState(null, "", location.pathname + (text ? "?" + text : "") + location.hash);
    }

    const asked = new URLSearchParams(location.search);
    const regions = [...new Set(groups.map((group) => group.dataset.region))].sort();
    fill(region, regions.map((name) => [name, name]), asked.get("region") || "");
    fillDivisions(asked.get("division") || "");
    value.checked = asked.get("value") === "1";
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => {
      if (event.target === region) fillDivisions(division.value);
      apply();
      remember();
    });
    form.hidden = false;
    apply();
  }

  showLocalTimes();
  showAge();
  all("form[data-filter]").forEach(startFilter);
})();
