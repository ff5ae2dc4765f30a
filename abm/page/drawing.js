{
  // Shapes by condition, so that nobody has to tell colours apart; colours are Okabe and Ito's.
  shapes() {
    return {
      dermis: {
        colours: [null, [0, 114, 178], [0, 158, 115], [230, 159, 0], [213, 94, 0]],
        ink: [null,
          (x, y) => Math.hypot(x - 3.5, y - 3.5) < 2.1,
          (x, y) => { const r = Math.hypot(x - 3.5, y - 3.5); return r > 2.2 && r < 3.8; },
          (x, y) => Math.abs(x - 3.5) + Math.abs(y - 3.5) < 4.1,
          (x, y) => Math.abs(x - y) < 1.6 || Math.abs(x + y - 7) < 1.6]
      },
      epidermis: {
        colours: [null, [230, 159, 0], [150, 150, 150], [20, 20, 20], [213, 94, 0]],
        ink: [null,
          (x, y) => x > 1 && x < 6 && y > 1 && y < 6,
          (x, y) => (x + y) % 4 < 2,
          () => true,
          (x, y) => Math.abs(x - 3.5) < 1.6 || Math.abs(y - 3.5) < 1.6]
      }
    };
  },
  bytes(text) {
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  },
  el(name) { const found = this.$refs[name]; return Array.isArray(found) ? found[0] : found; },
  context(name) {
    const canvas = this.el(name);
    if (!canvas) return null;
    // A large screen enlarges the whole page: the box is measured in what is seen, the pen in what is laid out.
    const seen = canvas.getBoundingClientRect(), box = {width: canvas.offsetWidth, height: canvas.offsetHeight};
    const ratio = (window.devicePixelRatio || 1) * (box.width ? seen.width / box.width : 1);
    const width = Math.round(box.width * ratio), height = Math.round(box.height * ratio);
    if (!width || !height) return null;
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    const pen = canvas.getContext('2d');
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, box.width, box.height);
    pen.font = '13px system-ui, "DejaVu Sans", sans-serif';
    return {pen, width: box.width, height: box.height};
  },
  // The part of the raster that is looked at: [first row, first column, rows, columns].
  windowOf() {
    const s = this.scene;
    if (s.tissue === 'dermis') return this.close ? [s.down / 4, s.across / 4, s.down / 2, s.across / 2] : [0, 0, s.down, s.across];
    const side = s.down / 2, patch = Math.floor(this.h.cell / (side * side));
    return this.close ? [Math.floor(patch / 5) * side, (patch % 5) * side, side, side] : [0, 0, s.down, s.across];
  },
  drawPicture(n, raster) {
    const canvas = this.el('picture' + n), s = this.scene;
    if (!canvas || !raster) return;
    const [top, left, rows, columns] = this.windowOf(), dermis = s.tissue === 'dermis', k = dermis && this.close ? 12 : 8;
    const width = columns * k, height = rows * k;
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    const pen = canvas.getContext('2d'), image = this.sheet(n, width, height), pixels = new Uint32Array(image.data.buffer);
    const {colours, ink} = this.shapes()[s.tissue], grey = Math.round(250 - 70 * this.bloodShare(n));
    const packed = colour => (255 << 24 | colour[2] << 16 | colour[1] << 8 | colour[0]) >>> 0;
    pixels.fill(packed(dermis ? [grey, grey, grey] : [250, 226, 208]));
    // A shape is the list of its pixels, from the corner of its place.
    // From afar a T cell is a whole place, as its cross would be too thin to see.
    const far = !dermis && !this.close;
    const stamps = ink.map((f, code) => far && code === 4 ? () => true : f).map(f => { const found = []; if (f) for (let i = 0; i < k * k; i++)
      if (f((i % k + .5) * 8 / k - .5, (Math.floor(i / k) + .5) * 8 / k - .5)) found.push(Math.floor(i / k) * width + i % k); return found; });
    const paints = colours.map(colour => colour && packed(colour));
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
      const code = raster[(top + r) * s.across + left + c];
      if (!code) continue;
      const at = r * k * width + c * k, stamp = stamps[code], paint = paints[code];
      for (let i = 0; i < stamp.length; i++) pixels[at + stamp[i]] = paint;
    }
    pen.putImageData(image, 0, 0);
    this.frames(pen, rows, columns, k, top, left);
  },
  sheet(n, width, height) {
    const kept = this.h.sheets[n];
    if (kept && kept.width === width && kept.height === height) return kept;
    return this.h.sheets[n] = new ImageData(width, height);
  },
  // Borders between patches of epidermis, and a ring around the cell under the lens.
  frames(pen, rows, columns, k, top, left) {
    const s = this.scene, side = s.down / 2;
    pen.strokeStyle = '#000'; pen.lineWidth = k / 2;
    if (s.tissue === 'epidermis' && !this.close) {
      pen.strokeStyle = '#fff'; pen.lineWidth = k;
      for (let n = 1; n < 5; n++) { pen.beginPath(); pen.moveTo(n * side * k, 0); pen.lineTo(n * side * k, rows * k); pen.stroke(); }
      pen.beginPath(); pen.moveTo(0, side * k); pen.lineTo(columns * k, side * k); pen.stroke();
      pen.fillStyle = '#1a1a1a'; pen.font = 'bold ' + Math.round(side * k / 7) + 'px system-ui, sans-serif'; pen.textAlign = 'center';
      // A light edge, so that it is read on skin that came off, too; so with the ring.
      pen.strokeStyle = '#fff'; pen.lineWidth = k; pen.strokeText('mucosa', 4.5 * side * k, 1.14 * side * k); pen.fillText('mucosa', 4.5 * side * k, 1.14 * side * k);
      pen.strokeStyle = '#000';
    }
    const place = this.placeOf(this.h.cell);
    if (!place) return;
    const far = s.tissue === 'epidermis' && !this.close;
    for (const [colour, extra] of [['#fff', far ? 1.5 * k : 2], ['#000', 0]]) {
      pen.strokeStyle = colour; pen.lineWidth = (far ? 1.5 * k : Math.max(2, k / 4)) + extra;
      pen.beginPath(); pen.arc((place[1] - left + .5) * k, (place[0] - top + .5) * k, k * (s.tissue === 'dermis' ? 1.1 : far ? 5 : 2), 0, 7); pen.stroke();
    }
  },
  placeOf(cell) {
    const s = this.scene;
    if (s.tissue === 'epidermis') {
      const side = s.down / 2, patch = Math.floor(cell / (side * side)), site = cell % (side * side);
      return [Math.floor(patch / 5) * side + Math.floor(site / side), (patch % 5) * side + site % side];
    }
    return this.h.spot;
  },
  // Drug in blood against the whole dose, over five powers of ten.
  bloodShare(n) {
    const there = this.shown ? this.shown.arms[n].blood_mg : 0;
    return there > 0 ? Math.max(0, Math.min(1, 1 + Math.log10(there / this.h.mostDose) / 5)) : 0;
  },
  rowsUpTo(n) { const rows = this.h.rows[n]; let end = rows.length; while (end > 1 && rows[end - 1][0] > this.clockNow + 1e-6) end--; return rows.slice(0, end); },
  ticks(low, high, many) {
    const raw = (high - low) / many, ten = Math.pow(10, Math.floor(Math.log10(raw)));
    const gap = [1, 2, 5, 10].map(m => m * ten).find(m => m >= raw), out = [];
    for (let v = Math.ceil(low / gap) * gap; v <= high + 1e-9; v += gap) out.push(+v.toPrecision(6));
    return out;
  },
  timeAxis(end) {
    const [unit, minutes] = end > 3000 ? ['d', 1440] : end > 200 ? ['h', 60] : ['min', 1];
    return {unit, minutes, ticks: this.ticks(0, end / minutes, 6)};
  },
  drawChart(chart) {
    const found = this.context('chart' + chart.column);
    if (!found) return;
    const {pen, width, height} = found, both = [0, 1].map(n => this.rowsUpTo(n));
    const end = Math.max(this.clockNow, this.scene.end_min / 24, 10), values = both.flat().map(row => row[chart.column]);
    let low = chart.low, high = Math.max(chart.high, ...values.slice(-1), values.reduce((a, b) => Math.max(a, b), 0));
    high += (high - low) * .06;
    const x = t => 46 + (width - 56) * t / end, y = v => height - 20 - (height - 28) * (v - low) / (high - low);
    pen.fillStyle = '#404040'; pen.strokeStyle = '#e0e0e0'; pen.lineWidth = 1;
    for (const v of this.ticks(low, high, 4)) {
      pen.beginPath(); pen.moveTo(46, y(v)); pen.lineTo(width - 10, y(v)); pen.stroke();
      pen.textAlign = 'right'; pen.fillText(v, 42, y(v) + 4);
    }
    const axis = this.timeAxis(end);
    pen.textAlign = 'center';
    axis.ticks.forEach((v, i) => { const last = i === axis.ticks.length - 1, at = x(v * axis.minutes);
      pen.textAlign = at > width - 40 ? 'right' : 'center';
      pen.fillText(v + (last ? ' ' + axis.unit : ''), at > width - 40 ? Math.min(width - 1, at + 10) : at, height - 5); });
    if (chart.mark) { pen.strokeStyle = '#767676'; pen.setLineDash([3, 3]); pen.beginPath(); pen.moveTo(46, y(chart.mark[0])); pen.lineTo(width - 10, y(chart.mark[0])); pen.stroke();
      pen.setLineDash([]); pen.textAlign = 'right'; pen.fillText(chart.mark[1], width - 12, y(chart.mark[0]) + 13); }
    both.forEach((rows, n) => {
      pen.strokeStyle = ['#0072b2', '#000'][n]; pen.lineWidth = 2.5; pen.setLineDash(n ? [7, 4] : []);
      pen.beginPath(); rows.forEach((row, i) => pen[i ? 'lineTo' : 'moveTo'](x(row[0]), y(row[chart.column]))); pen.stroke();
    });
    pen.setLineDash([]);
  },
  // Doses: what is planned as outlines, what was given as filled bars; heights by logarithm of the speed or the dose.
  drawStrip(n) {
    const found = this.context('strip' + n);
    if (!found) return;
    const {pen, width, height} = found, plan = this.scene.plans[n], rows = this.rowsUpTo(n);
    const end = Math.max(this.clockNow, this.scene.end_min), x = t => 2 + (width - 4) * t / end, floor = height - 14;
    const size = item => item.mg / (item.to > item.from ? item.to - item.from : 1), sizes = plan.map(size).filter(v => v > 0);
    const most = Math.max(...sizes, 1e-9), least = Math.min(...sizes, most), decades = Math.max(1, Math.log10(most / least));
    const tall = v => v > 0 ? Math.max(3, floor * (.2 + .75 * (1 - Math.log10(most / v) / decades))) : 0;
    pen.fillStyle = '#f1f1f1'; pen.fillRect(2, 0, width - 4, floor);
    pen.strokeStyle = '#8a8a8a'; pen.lineWidth = 1;
    for (const item of plan) { const h = Math.min(floor, tall(size(item))); pen.strokeRect(x(item.from), floor - h, Math.max(.6, x(item.to) - x(item.from)), h); }
    pen.fillStyle = ['#0072b2', '#333'][n];
    for (let i = 1; i < rows.length; i++) {
      const mg = rows[i][1] - rows[i - 1][1], took = rows[i][0] - rows[i - 1][0];
      if (mg <= 0) continue;
      const at = plan.length && plan[0].to > plan[0].from ? mg / took : mg, h = Math.min(floor, tall(at));
      pen.fillRect(Math.floor(x(rows[i - 1][0])), floor - h, Math.ceil(x(rows[i][0]) - x(rows[i - 1][0])) + 1, h);
    }
    pen.fillStyle = '#d55e00';
    rows.forEach((row, i) => { if (row[5] > 0) pen.fillRect(x(i ? rows[i - 1][0] : 0), floor - 4, Math.max(1.5, x(row[0]) - x(i ? rows[i - 1][0] : 0)), 4); });
    pen.strokeStyle = '#000'; pen.lineWidth = 2; pen.beginPath(); pen.moveTo(x(this.clockNow), 0); pen.lineTo(x(this.clockNow), floor); pen.stroke();
    const axis = this.timeAxis(end); pen.fillStyle = '#404040';
    axis.ticks.forEach((v, i) => { pen.textAlign = i ? 'center' : 'left'; if (x(v * axis.minutes) < width - 18) pen.fillText(v + (i ? '' : ' ' + axis.unit), x(v * axis.minutes), height - 2); });
  },
  // Three bars of the cell under the lens: cross-links and the brake on one scale, calcium against its threshold.
  drawLens(n, lens) {
    const found = this.context('lens' + n);
    if (!found || !lens || lens.threshold === undefined) return;
    const {pen, width} = found, links = lens.crosslinks + lens.crosslinks_2, brake = lens.ship1 + lens.ship1_2;
    const top = Math.max(200, links, brake), scale = width - 8;
    const bar = (row, text, share, colour, hatch) => {
      pen.fillStyle = '#1a1a1a'; pen.textAlign = 'left'; pen.fillText(text, 2, row + 11);
      pen.fillStyle = '#ececec'; pen.fillRect(2, row + 15, scale, 13);
      pen.fillStyle = colour; pen.fillRect(2, row + 15, scale * Math.min(1, share), 13);
      if (hatch) { pen.strokeStyle = '#fff'; pen.lineWidth = 1.5; for (let k = 6; k < scale * Math.min(1, share); k += 6) { pen.beginPath(); pen.moveTo(k, row + 28); pen.lineTo(k + 4, row + 15); pen.stroke(); } }
    };
    bar(0, 'cross-links ' + Math.round(links), links / top, '#0072b2');
    bar(36, 'SHIP-1 holds ' + Math.round(brake), brake / top, '#009e73', true);
    bar(72, 'Ca²⁺ ' + (100 * lens.calcium / lens.threshold).toFixed(0) + ' % of threshold', lens.calcium / lens.threshold / 1.5, lens.calcium >= lens.threshold ? '#d55e00' : '#e69f00');
    pen.fillStyle = '#000'; pen.fillRect(2 + scale / 1.5 - 1, 84, 2.5, 19);
  }
}
