module.exports = {
  data() { return {playing: false, ready: false, speed: 1, at: -1, count: 0, clock: 0, guess: null, close: true, filling: false, dragged: {}, waiting: false, asked: 0, away: 60, late: false, sliding: null, shown: null, live: true, clockNow: 0}; },
  created() { this.h = {rows: [[], []], frames: [], sheets: [], cell: -1, spot: null, mostDose: 1}; },
  mounted() {
    this.begin(); this.take(this.frame);
    document.documentElement.lang = 'en';
    this.onResize = () => this.draw(); window.addEventListener('resize', this.onResize); window.addEventListener('keydown', this.onKey);
    this.ready = true;
  },
  beforeDestroy() { clearTimeout(this.lateTimer); clearTimeout(this.slideTimer); window.removeEventListener('resize', this.onResize); window.removeEventListener('keydown', this.onKey); clearTimeout(this.timer); },
  watch: {
    scene() { this.answered(); this.begin(); this.keepLink(); },
    point() { this.guess = null; },
    frame(frame) { this.answered(); this.take(frame); },
    file(file) { this.answered(); if (file && file.n) this.save(file); },
    lesson(now, before) { if (!before || now.name !== before.name) { this.guess = null; } },
    map() { this.answered(); if (this.filling && !(this.map && this.map.done)) this.say('fill'); else this.filling = false; },
    close() { this.draw(); },
  },
  computed: {
    shownAt() { return this.at < 0 ? Math.max(this.count - 1, 0) : this.at; },
    clockText() { const t = this.clockNow, d = Math.floor(t / 1440), h = Math.floor(t / 60) % 24, m = t < 60 ? +t.toFixed(2) : Math.floor(t % 60);
      return (d ? 'day ' + d + ', ' : '') + (d || t >= 60 ? h + ' h ' + String(m).padStart(2, '0') : m) + ' min'; },
    point() { return this.chosen.point; },
    finished() { return this.shown && !this.live && !this.shown.leftWaiting && this.at < 0; },
    // The question is about the lesson's own arms, in either order.
    questioned() { return this.lesson.question && [...this.lesson.arms].sort().join() === [...this.chosen.arms].sort().join(); },
    asPlanned() { return !this.lesson.harm || (this.questioned && this.lesson.arms.every((arm, n) => this.shown.arms[this.chosen.arms.indexOf(arm)].harm === this.lesson.harm[n])); },
    explained() {
      if (!this.finished || !this.lesson.after) return '';
      return this.asPlanned ? this.lesson.after : 'This is not what the lesson shows as it stands: you changed who is treated, or how. What made the difference?';
    },
    verdict() {
      if (this.shown && this.shown.leftWaiting) return 'The drug is still paused. Press Resume or Stop.';
      if (!this.finished) return this.guess === null || this.playing ? '' : 'Now press Play and see.';
      const said = n => this.labelOf(this.chosen.arms[n]) + ': ' + (this.shown.arms[n].harm ? 'harm' : 'no harm');
      const happened = 'It happened: ' + said(0) + '; ' + said(1) + '. ';
      if (this.guess === null) return happened;
      const harm = this.lesson.options[this.guess].harm, at = arm => this.chosen.arms.indexOf(arm);
      return happened + (this.lesson.arms.every((arm, n) => harm[n] === this.shown.arms[at(arm)].harm) ? 'As you predicted.' : 'Not as you predicted. Why?');
    },
    legend() {
      return this.scene.tissue === 'dermis'
        ? [['blood', '■', 'grey: drug in blood'], ['resting', '●', 'resting mast cell'], ['braked', '○', 'held by SHIP-1'], ['alert', '◆', 'calcium near threshold'], ['fired', '✕', 'degranulated']]
        : [['living', '■', 'living keratinocyte'], ['dying', '■', 'hit by a T cell'], ['tcell', this.close ? '✚' : '■', 'T cell'], ['dead', '▨', 'dead'], ['detached', '■', 'detached']];
    },
    charts() {
      return this.scene.tissue === 'dermis'
        ? [{column: 2, title: 'Histamine in blood, ng/mL', low: 0, high: 5}, {column: 3, title: 'Systolic blood pressure, mmHg', low: 40, high: 130, mark: [90, 'low: below 90 mmHg']}]
        : [{column: 6, title: 'Skin detached, % of the body', low: 0, high: 30, mark: [30, 'TEN: above 30 %']}, {column: 7, title: 'T cells in the patches shown', low: 0, high: 100}];
    },
  },
  methods: Object.assign({}, DRAWING, {
    say(kind, more) {
      this.answered(); this.lateTimer = setTimeout(() => { this.late = true; }, 2000);
      this.tell(Object.assign({kind, scene: this.scene.n}, more || {}));
    },
    answered() { clearTimeout(this.lateTimer); this.late = false; },
    begin() {
      this.h = {rows: [[], []], frames: [], sheets: [], cell: -1, spot: null,
        mostDose: Math.max(...this.scene.plans.map(plan => plan.reduce((sum, item) => sum + item.mg, 0)), 1e-6)};
      this.at = -1; this.count = 0; this.playing = false; this.waiting = false;
      this.dragged = this.sliding && this.sliding in this.dragged ? {[this.sliding]: this.dragged[this.sliding]} : {};
      // A lesson of several mechanisms lasts minutes or weeks: about as many pictures, whichever is chosen.
      this.speed = this.lesson.points.length ? this.lesson.speeds.find(each => 150 * each >= this.scene.end_min) || this.lesson.speeds[this.lesson.speeds.length - 1] : this.lesson.speed; this.away = this.scene.end_min > 20000 ? 1440 * 3 : this.scene.end_min > 2000 ? 1440 : 60;
      this.close = this.scene.tissue === 'dermis'; clearTimeout(this.timer);
      if (this.frame && this.frame.scene === this.scene.n) this.take(this.frame);
    },
    take(frame) {
      if (!frame || frame.scene !== this.scene.n || this.h.last === frame.n) return;
      this.h.last = frame.n;
      frame.arms.forEach((arm, n) => arm.rows.forEach(row => this.h.rows[n].push(row)));
      const kept = {clock_min: frame.clock_min, running: frame.running, leftWaiting: frame.left_waiting, cell: frame.cell, spot: frame.spot,
        arms: frame.arms.map(arm => Object.assign({}, arm, {rows: null, picture: this.bytes(arm.picture)}))};
      if (this.h.frames.length && this.h.frames[this.h.frames.length - 1].clock_min === frame.clock_min) this.h.frames.pop();
      this.h.frames.push(kept);
      if (this.h.frames.length > 400) this.h.frames = this.h.frames.filter((_, i, all) => i % 2 === 0 || i === all.length - 1);
      this.count = this.h.frames.length; this.live = frame.running; this.waiting = false; this.clock = frame.clock_min;
      if (!frame.running) this.playing = false;
      if (this.at < 0 || this.playing) { this.at = -1; this.show(kept); }
      if (this.playing) this.timer = setTimeout(this.ask, Math.max(0, 40 - (performance.now() - this.asked)));
    },
    show(kept) {
      this.shown = Object.freeze(kept); this.clockNow = kept.clock_min; this.h.cell = kept.cell; this.h.spot = kept.spot;
      this.$nextTick(this.draw);
    },
    draw() {
      if (!this.shown) return;
      [0, 1].forEach(n => { this.drawPicture(n, this.shown.arms[n].picture); this.drawStrip(n); this.drawLens(n, this.shown.arms[n].lens); });
      this.charts.forEach(chart => this.drawChart(chart));
    },
    ask() {
      if (this.waiting) return;
      this.waiting = true; this.asked = performance.now();
      this.say('advance', {minutes: this.speed});
    },
    toggle() { this.playing = !this.playing && this.live; if (this.playing) this.ask(); else clearTimeout(this.timer); },
    stepOnce() { this.playing = false; this.at = -1; if (this.live) this.ask(); },
    scrub(place) {
      this.playing = false; clearTimeout(this.timer);
      const last = this.h.frames.length - 1, at = Math.max(0, Math.min(last, +place));
      this.at = at === last ? -1 : at; this.show(this.h.frames[at]);
    },
    // A reload shows the same again; what was uploaded has no link.
    keepLink() { if (this.lesson.name !== 'upload') window.history.replaceState(window.history.state, '', '?' + this.chosen.query); },
    onKey(event) {
      if (event.key === 'p' && event.target.type !== 'number' && !event.ctrlKey && !event.metaKey) this.toggle();
      if (/^(INPUT|SELECT|TEXTAREA|BUTTON|SUMMARY|A|CANVAS)$/.test(event.target.tagName)) return;
      if (event.key === ' ') { this.toggle(); event.preventDefault(); }
      if (event.key === 'ArrowRight') this.at < 0 ? this.stepOnce() : this.scrub(this.at + 1);
      if (event.key === 'ArrowLeft') this.scrub(this.shownAt - 1);
    },
    act(n, what, minutes) { this.at = -1; this.say('act', {arm: n, what, minutes: minutes || null}); },
    may(n) { return this.shown && this.at < 0 && this.scene.plans[n].length > 0 && this.shown.arms[n].running && !this.shown.arms[n].over; },
    held(n) { return this.shown && this.shown.arms[n].held; },
    // The cell under the lens is moved by the arrows, too; looking back ends, as the lens shows the present.
    walk(event) {
      const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key], place = this.placeOf(this.h.cell);
      if (!step || !place) return;
      event.preventDefault(); this.at = -1;
      const far = this.scene.tissue === 'dermis' ? 4 : 1;
      this.say('pick', {row: Math.max(0, Math.min(this.scene.down - 1, place[0] + far * step[0])), column: Math.max(0, Math.min(this.scene.across - 1, place[1] + far * step[1]))});
    },
    pick(event) {
      this.at = -1;
      const [top, left, rows, columns] = this.windowOf(), box = event.target.getBoundingClientRect();
      this.say('pick', {row: Math.floor(top + rows * (event.clientY - box.top) / box.height), column: Math.floor(left + columns * (event.clientX - box.left) / box.width)});
    },
    drag(slider, value) { this.dragged = Object.assign({}, this.dragged, {[slider.name]: +value}); },
    // A key that is held down moves a slider many times; the models are made anew once it rests.
    slide(slider, value) {
      this.drag(slider, value); this.sliding = slider.name; clearTimeout(this.slideTimer);
      this.slideTimer = setTimeout(() => { this.sliding = null; this.say('change', {key: slider.name, value: String(value)}); }, 250);
    },
    valueOf(slider) { return slider.name in this.dragged ? this.dragged[slider.name] : this.chosen.values[slider.name]; },
    fill() { this.filling = true; this.say('fill', {more: true}); },
    shade(field) { return field.n ? field.harmed === field.n ? 'harm' : field.harmed ? 'some' : 'safe' : ''; },
    upload(event) {
      const file = event.target.files[0];
      if (!file) return;
      if (file.size > 100000) { this.say('upload', {name: file.name, text: null}); return; }
      const reader = new FileReader();
      reader.onload = () => this.say('upload', {name: file.name, text: reader.result});
      reader.readAsText(file); event.target.value = '';
    },
    save(file) {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([file.text], {type: file.type})); link.download = file.name;
      document.body.appendChild(link); link.click(); link.remove(); setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
    span(minutes) { return minutes < 1 ? 60 * minutes + ' s' : minutes < 60 ? minutes + ' min' : minutes < 1440 ? (minutes / 60).toFixed(minutes % 60 ? 1 : 0) + ' h' : (minutes / 1440).toFixed(minutes % 1440 ? 1 : 0) + ' d'; },
    labelOf(name) { const found = this.chosen.offered.find(arm => arm.name === name); return found ? found.label : name; },
    statusOf(n) {
      if (!this.shown) return '';
      const arm = this.shown.arms[n], rows = this.rowsUpTo(n), row = rows[rows.length - 1] || [0, 0, 0, 0, 0, 0, 0];
      const grades = ['well', 'mild symptoms', 'moderate reaction', 'severe reaction'];
      const given = arm.status + ' · ' + (+row[1].toPrecision(3)).toLocaleString('en') + ' mg · ';
      if (this.scene.tissue === 'epidermis') {
        const share = value => value.toFixed(value < 10 ? 1 : 0) + '\u00a0%', worst = rows.reduce((most, each) => Math.max(most, each[6]), 0);
        return given + 'skin detached ' + share(row[6]) + (worst > row[6] + .5 ? ', worst ' + share(worst) : '') + (arm.necrolysis === 'none' ? '' : ' (' + arm.necrolysis + ')');
      }
      const was = ['none', 'mild', 'moderate', 'severe'].indexOf(arm.worst) > row[5];
      return given + grades[row[5]] + (was ? ' now, worst: ' + arm.worst : '');
    },
    lensRows(n) {
      const lens = this.shown && this.shown.arms[n].lens;
      if (!lens || !Object.keys(lens).length) return [];
      if (this.scene.tissue === 'epidermis') return [['patch', lens.patch > 9 ? 'mucosa' : lens.patch], ['this cell', lens.detached ? 'came off' : lens.alive ? 'alive' : 'dead'],
        ['hits', lens.hits], ['granulysin', lens.granulysin.toFixed(2)], ['T cells there', lens.t_cells]];
      return [['cell', this.h.cell], ['IgE receptors', Math.round(lens.receptors + lens.receptors_2).toLocaleString('en')], ['granules', lens.fired ? 'released' : 'inside']];
    },
    lensText(n) { return this.lensRows(n).map(pair => pair.join(' ')).join(', '); },
    pictureText(n) { return 'Tissue of the ' + (n ? 'second' : 'first') + ' arm: ' + this.statusOf(n) + '. Click, or press an arrow, to put another cell under the lens.'; },
    chartText(chart) { return chart.title + ': ' + [0, 1].map(n => { const rows = this.rowsUpTo(n), row = rows[rows.length - 1]; return this.labelOf(this.chosen.arms[n]) + ' ' + (row ? row[chart.column] : ''); }).join(', '); },
  })
}
