// Maps to zoom and move, in place of the drawn ones; without this script the drawing stays.
// Library, ground and places all come from this site. Names and links are those of the drawing.
"use strict";
(() => {
  const root = new URL(".", document.currentScript.src);
  const own = document.documentElement;
  const NEAREST = 17, LISTED = 12, NAMED = 8, FEW = 40;
  // From which zoom on the lines between counties and municipalities are drawn; the number of Sweden (ISO 3166-1).
  const REGIONAL = 5, MUNICIPAL = 7.5, SWEDEN = "752";
  let libraries = null;

  const script = (name) => new Promise((loaded, failed) => {
    const element = document.createElement("script");
    element.src = new URL(name, root).href;
    element.onload = loaded;
    element.onerror = failed;
    document.head.append(element);
  });
  const sheet = (name) => new Promise((loaded, failed) => {
    const element = document.createElement("link");
    element.rel = "stylesheet";
    element.href = new URL(name, root).href;
    element.onload = loaded;
    element.onerror = failed;
    document.head.prepend(element); // what the site says of the same comes after it
  });
  const load = () => libraries ??= Promise.all([
    sheet("leaflet/leaflet.css"),
    script("leaflet/leaflet.js"),
    script("supercluster/supercluster.min.js"),
  ]);
  // A ground that cannot be had, or a part of it, is no reason to go without the map.
  const part = (name) => fetch(new URL(name, root)).then((answer) => answer.json()).catch(() => null);
  // Countries on both sides of the 180th meridian go on beyond it: else a line crosses the world.
  const unbroken = (ring) => {
    let before = ring[0][0], turn = 0;
    const found = ring.map(([x, y]) => {
      turn += before - x > 180 ? 360 : x - before > 180 ? -360 : 0;
      before = x;
      return [x + turn, y];
    });
    const back = Math.min(...found.map(([x]) => x)) < -181 ? 360 : 0;
    return back ? found.map(([x, y]) => [x + back, y]) : found;
  };
  const inOnePiece = ({ id, geometry: { type, coordinates } }) => ({
    type: "Feature", id, properties: {}, geometry: {
      type, coordinates: type === "Polygon" ? coordinates.map(unbroken) : coordinates.map((rings) => rings.map(unbroken)),
    },
  });
  let world = null;
  const ground = () => world ??= Promise.all([
    part("world-atlas/countries-50m.json"),
    part("ground/lakes.json"),
    part("ground/sweden.json"),
    script("topojson-client/topojson-client.min.js").catch(() => null),
  ]).then(([atlas, water, sweden]) => ({
    countries: atlas && window.topojson
      ? window.topojson.feature(atlas, atlas.objects.countries).features.map(inOnePiece) : [],
    lakes: water ? water.lakes.map((line) => positions(line, water.parts)) : [],
    swedish: (name) => (sweden ? sweden[name].map((line) => positions(line, sweden.parts)) : []),
  }));

  // Whole parts of a degree, each the difference from the one before → latitude and longitude.
  const positions = (numbers, parts) => {
    const found = [];
    let x = 0, y = 0;
    for (let n = 0; n < numbers.length; n += 2) {
      x += numbers[n];
      y += numbers[n + 1];
      found.push([y / parts, x / parts]);
    }
    return found;
  };
  const outline = ({ p = [], l = [], r = [] }, parts) => ({
    points: positions(p, parts),
    lines: l.map((line) => positions(line, parts)),
    rings: r.map((ring) => positions(ring, parts)),
  });

  // The places of the drawing: its links in their order, and where each one is.
  const drawnPlaces = (figure) => {
    const shapes = JSON.parse(figure.querySelector("script.places").textContent);
    const sights = figure.querySelectorAll(":scope > svg > .area, :scope > svg > .spot");
    return [...sights].map((sight, n) => ({
      ...outline(shapes[n] ?? {}, 100000),
      name: sight.querySelector("title").textContent,
      href: sight.getAttribute("href") ?? "",
      css: sight.getAttribute("class"),
    }));
  };
  const fetchedPlaces = async (figure) => {
    const answer = await fetch(figure.dataset.places);
    if (!answer.ok) throw new Error(answer.status);
    const found = await answer.json();
    return found.places.map(([where, name, href]) => {
      const at = outline(where, found.parts);
      return { ...at, name: name || href, href, css: at.points.length ? "spot" : at.rings.length ? "area" : "area line" };
    });
  };

  // Whoever chose a language in the address keeps it; links of the drawing have it already.
  const lang = new URLSearchParams(location.search).get("lang");
  const spoken = (href) =>
    lang && !href.includes("lang=") ? `${href}${href.includes("?") ? "&" : "?"}lang=${encodeURIComponent(lang)}` : href;
  const link = (place) => {
    const found = document.createElement(place.href ? "a" : "span");
    if (place.href) found.href = spoken(place.href);
    found.textContent = place.name;
    return found;
  };
  const list = (places, more) => {
    const found = document.createElement("ul");
    for (const place of places) {
      const item = document.createElement("li");
      item.append(link(place));
      found.append(item);
    }
    if (more) {
      const item = document.createElement("li");
      item.textContent = more;
      found.append(item);
    }
    return found;
  };
  let numbers = null; // the first number takes longer than all others: the browser reads its tables
  const written = (number) => (numbers ??= new Intl.NumberFormat(own.lang || undefined)).format(number);
  const say = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => written(values[name]));

  // Between two steps of a map the browser answers its reader. On a slow telephone the steps
  // together are half a second, in which nothing that is pressed would have an effect.
  const pause = () => window.scheduler?.yield ? window.scheduler.yield() : new Promise((done) => setTimeout(done));
  const inSteps = async (steps) => {
    for (const step of steps) {
      step();
      await pause();
    }
  };

  class LiveMap {
    constructor(figure, places) {
      this.figure = figure;
      this.words = figure.dataset;
      this.places = places;
      this.spots = places.flatMap((place) => place.points.map((at) => ({ place, at })));
      this.frame = document.createElement("div");
      this.frame.className = "live";
      // The arrow keys move the map, also with a screen reader.
      this.frame.setAttribute("role", "application");
      this.frame.setAttribute("aria-label", this.words.title);
      this.box = document.createElement("div");
      this.box.append(this.frame);
    }

    // A map is there once all of these are done, one after the other.
    steps() {
      return [
        () => this.addFrame(),
        () => this.show(),
        () => this.addBackground(),
        () => this.addShapes(),
        () => this.group(),
        () => written(0),
        () => this.addMarkers(),
        () => this.addLegend(),
        () => new ResizeObserver(() => this.map.invalidateSize()).observe(this.frame),
      ];
    }

    addFrame() {
      const { L } = window;
      this.figure.prepend(this.box);
      this.figure.classList.add("moving");
      this.figure.hidden = false;
      this.map = L.map(this.frame, {
        attributionControl: false, zoomControl: false, maxZoom: NEAREST, minZoom: 1,
        scrollWheelZoom: false, // until somebody works with the map, the page scrolls
        dragging: !L.Browser.mobile, // one finger moves the page, two the map
        maxBounds: [[-85, -240], [85, 240]],
        zoomSnap: 0.5,
      });
      L.control.zoom({ zoomInTitle: this.words.closer, zoomOutTitle: this.words.farther }).addTo(this.map);
      L.control.scale({ imperial: false }).addTo(this.map);
      this.map.on("focus click", () => this.map.scrollWheelZoom.enable());
      this.map.on("blur", () => this.map.scrollWheelZoom.disable());
    }

    addBackground() {
      const { L } = window;
      if (!this.words.tiles) return used.then(() => this.addGround()); // half a megabyte: not before somebody uses the page
      const retina = L.Browser.retina ? "@2x" : "";
      L.tileLayer(this.words.tiles, { r: retina, maxZoom: NEAREST }).addTo(this.map);
    }

    // In half points: nothing that can be pressed lies over another (WCAG 2.2, 2.5.8).
    group() {
      this.clusters = new window.Supercluster({ radius: this.spots.length > FEW ? 90 : 64, maxZoom: NEAREST - 1 }).load(
        this.features((place) => !this.isOwn(place)),
      );
    }

    addMarkers() {
      this.markers = window.L.layerGroup().addTo(this.map);
      this.map.on("moveend", () => this.draw());
      this.draw();
    }

    isOwn(place) {
      return /\bchosen\b/.test(place.css);
    }

    features(wanted) {
      return this.spots.flatMap(({ place, at: [y, x] }, number) => (wanted(place) ? [{
        type: "Feature", properties: { number }, geometry: { type: "Point", coordinates: [x, y] },
      }] : []));
    }

    // What the map is about fills it; a single point has its surroundings.
    show() {
      const chosen = this.places.filter((place) => this.isOwn(place));
      const about = chosen.length ? chosen : this.places;
      const corners = about.flatMap((place) => [...place.points, ...place.lines.flat(), ...place.rings.flat()]);
      let [south, west, north, east] = [90, 180, -90, -180];
      for (const [y, x] of corners) {
        south = Math.min(south, y);
        west = Math.min(west, x);
        north = Math.max(north, y);
        east = Math.max(east, x);
      }
      const isOne = south === north && west === east;
      const nearest = isOne ? (this.words.tiles ? 14 : 9) : 15;
      if (corners.length) this.map.fitBounds([[south, west], [north, east]], { padding: [24, 24], maxZoom: nearest, animate: false });
      else this.map.setView([30, 10], 2);
    }

    colour(name) {
      return getComputedStyle(own).getPropertyValue(`--${name}`).trim();
    }

    async addGround() {
      const { L } = window, { countries, lakes, swedish } = await ground();
      const pane = this.map.createPane("ground");
      pane.style.zIndex = 150;
      const plain = { interactive: false, pane: "ground", renderer: L.canvas({ pane: "ground", padding: 0.3 }) };
      const layers = [];
      const add = (layer, style, nearest = 0) => layers.push({ layer: layer.setStyle(style()), style, nearest });
      const area = (colour, weight) => () => ({
        weight, color: this.colour("border"), fillColor: this.colour(colour), fillOpacity: 1,
      });
      const line = (weight, opacity) => () => ({ weight, opacity, color: this.colour("border") });
      const land = swedish("land");
      // Sweden's own lines are more exact than those of the world.
      const others = land.length ? countries.filter((each) => each.id !== SWEDEN) : countries;
      add(L.geoJSON(others, plain), area("land", 1));
      // So they leave gaps where land goes on: land fills them, as broad as the world may err.
      const gaps = L.polyline(swedish("border"), plain);
      const width = () => Math.min(400, Math.max(2, 2 ** this.map.getZoom() / 20));
      add(gaps, () => ({ weight: width(), color: this.colour("land") }));
      add(L.polygon(land, plain), area("land", 1));
      add(L.polygon(lakes, plain), area("water", 0.5));
      add(L.polyline(swedish("municipalities"), plain), line(0.6, 0.7), MUNICIPAL);
      add(L.polyline(swedish("counties"), plain), line(1, 0.9), REGIONAL);
      const show = () => {
        gaps.setStyle({ weight: width() });
        for (const { layer, nearest } of layers)
          if (this.map.getZoom() < nearest) layer.remove();
          else layer.addTo(this.map);
      };
      show();
      this.map.on("zoomend", show);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
        for (const { layer, style } of layers) layer.setStyle(style());
      });
    }

    addShapes() {
      const { L } = window;
      for (const place of this.places) {
        const parts = [];
        if (place.rings.length) parts.push(L.polygon(place.rings, { className: place.css.replace("spot", "area") }));
        if (place.lines.length) parts.push(L.polyline(place.lines, { className: `line ${place.css}` }));
        for (const part of parts) {
          const open = (at) => this.tell(at, [place]);
          part.bindTooltip(place.name, { sticky: true }).on("click", (event) => {
            L.DomEvent.stopPropagation(event);
            open(event.latlng);
          }).addTo(this.map);
          this.makeButton(part.getElement(), place.name, () => open(part.getCenter()));
        }
      }
    }

    // Leaflet lets shapes with a tooltip have the focus: then they also have a name, and answer keys.
    makeButton(element, name, press) {
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", name);
      element.setAttribute("tabindex", "0");
      element.addEventListener("keydown", (event) => {
        if (!["Enter", " "].includes(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        press();
      });
    }

    tell(at, places, more = "") {
      const content = document.createElement("div");
      content.append(places.length > 1 ? list(places, more) : link(places[0]));
      window.L.popup({ maxHeight: 240 }).setLatLng(at).setContent(content).openOn(this.map);
      content.querySelector("a")?.focus({ preventScroll: true });
    }

    draw() {
      const view = this.map.getBounds().pad(0.1);
      const box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
      const focused = document.activeElement?.closest?.(".leaflet-marker-icon") && this.frame.contains(document.activeElement);
      this.markers.clearLayers();
      for (const found of this.clusters.getClusters(box, Math.floor(this.map.getZoom())))
        this.markers.addLayer(this.marker(found));
      // What the page is about is in no group: it is seen at every scale, above the others.
      for (const found of this.features((place) => this.isOwn(place))) this.markers.addLayer(this.marker(found));
      if (focused) this.frame.focus({ preventScroll: true });
      this.listView();
    }

    marker(found) {
      const { L } = window;
      const [x, y] = found.geometry.coordinates;
      const { cluster, number, point_count: count, cluster_id: id } = found.properties;
      const { place } = cluster ? {} : this.spots[number];
      const isOwn = !cluster && this.isOwn(place);
      const size = cluster ? 30 + Math.min(24, 6 * Math.log10(count)) : 24;
      const said = cluster ? say(this.words.cluster, { count }) : place.name;
      const marker = L.marker([y, x], {
        icon: L.divIcon({
          className: cluster ? "cluster" : place.css,
          html: cluster ? `<b>${written(count)}</b>` : "<i></i>",
          iconSize: [size, size],
        }),
        title: said, alt: said, zIndexOffset: isOwn ? 1000 : 0,
        interactive: !isOwn, keyboard: !isOwn, // its page is this one
      });
      if (!cluster && this.spots.length <= NAMED)
        marker.bindTooltip(said.split(":")[0], { permanent: true, direction: "auto", className: "name" });
      marker.on("add", () => {
        marker.getElement().setAttribute("aria-label", said);
        if (isOwn) marker.getElement().setAttribute("role", "img");
      });
      marker.on("click keypress", (event) => {
        if (event.type === "keypress" && !["Enter", " "].includes(event.originalEvent.key)) return;
        if (!cluster) return this.tell([y, x], [place]);
        const closer = this.clusters.getClusterExpansionZoom(id);
        if (closer <= NEAREST - 1 && this.map.getZoom() < NEAREST - 1)
          return this.map.setView([y, x], Math.min(closer, NEAREST));
        const within = this.clusters.getLeaves(id, LISTED).map((leaf) => this.spots[leaf.properties.number].place);
        this.tell([y, x], within, count > LISTED ? say(this.words.more, { count: count - LISTED }) : "");
      });
      return marker;
    }

    // Of many places a list beside the map holds those in view; of few the caption has them all.
    listView() {
      if (!this.words.places) return;
      const view = this.map.getBounds();
      const seen = [];
      let total = 0;
      for (const place of this.places) {
        const at = place.points[0] ?? place.lines[0]?.[0] ?? place.rings[0]?.[0];
        if (at && view.contains(at) && ++total <= LISTED) seen.push(place);
      }
      const beside = this.figure.querySelector("figcaption .view");
      const heading = document.createElement("p");
      heading.className = "heading";
      heading.textContent = say(this.words.view, { count: total });
      heading.setAttribute("role", "status");
      beside.replaceChildren(heading, list(seen, total > LISTED ? say(this.words.more, { count: total - LISTED }) : ""));
    }

    // Only what is on the map is explained.
    addLegend() {
      const has = (kind) => this.places.some((place) => kind.test(place.css));
      const shown = [
        ["cluster", this.words.clusters, this.spots.length > 1],
        ["spot", this.words.place, has(/\bspot\b(?!.*chosen)/)],
        ["spot chosen", this.words.own, has(/\bspot\b.*\bchosen\b/)],
        ["area peopled", this.words.peopled, has(/\barea\b.*\bpeopled\b/)],
        ["area chosen", this.words.own, has(/\barea\b.*\bchosen\b/)],
      ].filter(([, words, is]) => is && words);
      const legend = document.createElement("ul");
      legend.className = "legend";
      const lines = new Map();
      for (const [css, words] of shown) {
        const item = lines.get(words) ?? document.createElement("li"), sign = document.createElement("i");
        sign.className = css;
        sign.setAttribute("aria-hidden", "true");
        item.append(sign);
        lines.set(words, item);
      }
      for (const [words, item] of lines) {
        item.append(` ${words}`);
        legend.append(item);
      }
      this.box.append(legend);
    }
  }

  const begin = async (figure) => {
    if (figure.dataset.begun) return;
    figure.dataset.begun = "yes";
    try {
      const [places] = await Promise.all([
        figure.dataset.places ? fetchedPlaces(figure) : drawnPlaces(figure), load(),
      ]);
      await pause();
      if (places.length) await inSteps(new LiveMap(figure, places).steps());
      else figure.classList.add("absent");
    } catch (error) {
      figure.classList.remove("moving"); // the drawing stays
      figure.querySelector(".live")?.parentElement.remove();
      figure.classList.toggle("absent", "places" in figure.dataset);
      console.info("The map stays as it is drawn:", error);
    }
  };
  // Library and ground are half a megabyte to read and to reckon. Where a map is drawn already they come
  // when somebody begins to use the page; where nothing is, once the page is there and has time.
  const SIGNS = ["pointermove", "pointerdown", "touchstart", "wheel", "scroll", "keydown", "focusin"];
  const LONGEST_WAIT = 1000;
  const used = new Promise((done) => {
    const onSign = () => {
      for (const sign of SIGNS) removeEventListener(sign, onSign, true);
      done();
    };
    for (const sign of SIGNS) addEventListener(sign, onSign, { capture: true, passive: true });
  });
  const loaded = new Promise((done) => {
    if (document.readyState === "complete") done();
    else addEventListener("load", done, { once: true });
  });
  const idle = loaded.then(() => new Promise((done) => {
    if (window.requestIdleCallback) requestIdleCallback(done, { timeout: LONGEST_WAIT });
    else setTimeout(done, LONGEST_WAIT); // Safari
  }));
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      near.unobserve(entry.target);
      begin(entry.target);
    }
  }, { rootMargin: "300px" });
  for (const figure of document.querySelectorAll("figure.map")) {
    // Nothing is drawn in place of a map that waits for its places: it has no size to be seen by.
    if (figure.hidden) Promise.race([used, idle]).then(() => begin(figure));
    else used.then(() => near.observe(figure));
  }
})();
