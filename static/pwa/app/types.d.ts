// What is kept on the phone and what goes over the wire, for the type checker alone.
import type { DBSchema, IDBPDatabase } from "idb";

export type Two = { vi: string; en?: string | null };
export type State = "saved" | "sending" | "accepted" | "needs_you" | "conflict";
export type Value = string | number | null;

export interface Line {
  producer_id?: string;
  batch_id: string;
  quantity: string;
  uom: string;
}
export interface StepEvent {
  id: string;
  step_kind: string;
  event_time: string;
  device_time: string;
  site_id: string;
  plot_id?: string;
  season_id?: string;
  ship_event_id?: string;
  corrects?: string;
  inputs: Line[];
  outputs: Line[];
  about: { producer_id?: string; batch_id: string }[];
  fields: Record<string, Value>;
  photos: string[];
}
export interface NewBatch {
  batch_id: string;
  product_id: string;
  lot: string;
  uom: string;
  production_date?: string;
  packing_date?: string;
  expiry_date?: string;
  site_id: string;
  code?: string;
}
export interface Problem {
  type?: string;
  title?: string;
  detail?: string;
  errors?: { pointer?: string; rule?: string; message?: string; fix?: string }[];
  missing?: string[];
  kept?: Partial<StepEvent>;
}
/** A saved step in the outbox. */
export interface Entry {
  sequence: number;
  state: State;
  saved_at: number;
  producer_id: string;
  member_id: string;
  /** Whose phone it was, where several use one and somebody else logged this. */
  phone_of?: string;
  title: string;
  event: StepEvent;
  batches: NewBatch[];
  originals: Record<string, string>;
  copied_from?: string;
  crates?: CrateTaken[];
  voice?: string;
  sizes?: Record<string, number>;
  slip?: { slip: string; counter: string } | undefined;
  accepted_at?: number;
  refused_at?: number;
  /** Since when it names what is not there, and when it is sent again by itself. */
  early_since?: number | undefined;
  again_at?: number | undefined;
  status?: number;
  problem?: Problem;
}
/** The slip of a shipment saved here, and the answer to it, with what the server said of that. */
export interface KeptSlip {
  event_id: string;
  slip: string;
  sha256: string;
  counter?: string;
  status?: number;
  problem?: Problem;
}
export interface KeptPhoto {
  sha256: string;
  original: string;
  bytes: ArrayBuffer;
  sent: number;
}
/** What somebody said of a step: it is kept and sent as photos are, and is of a `type` of its own. */
export interface KeptVoice {
  sha256: string;
  type: string;
  seconds: number;
  bytes: ArrayBuffer;
  sent: number;
}
export interface Phone {
  phone_id: string;
  token: string | null;
  mark: string;
  name: string;
  member: Person;
  /** Its own person, where another one uses it now; `isGone` where the desk took that one off. */
  own?: Person;
  isGone?: boolean;
  producer: { id: string; name: string; kinds: string[] };
}
export interface Person { id: string; name: string; roles: string[] }
export interface PhoneUser { member_id: string; name: string; pin_resets: number }
export interface Outcome {
  sequence: number;
  id: string;
  status: number;
  problem?: Problem;
}

export interface Plot { plot_id: string; name: string; area?: unknown; lat?: number | null; lon?: number | null }
export interface Place { site_id: string; name: string; kind: string; commune?: string | null; lat?: number | null; lon?: number | null; plots: Plot[] }
export interface Season {
  season_id: string; plot_id: string; site_id: string; name: string; crop?: string | null;
  started_on?: string; ended_on?: string | null; harvest_from?: { date: string; because: Two | string } | null;
  nitrogen?: { days: number; from: string | null } | null;
}
export interface Product {
  product_id: string; name: string; name_en?: string | null; role: string; uom: string; family: string;
  is_live?: boolean; shelf_life_days?: number | null; net_quantity?: string | number | null; net_uom?: string | null;
}
export interface Option { id: string; label: Two }
export interface FieldSpec { id: string; type: string; unit?: string | null; required: boolean; label: Two; options?: Option[] }
export interface Kind {
  id: string; group: string; icon: string; label: Two; verb?: Two | null; stock_effect: string;
  fields: FieldSpec[]; used?: number | null; loss_band_pct?: [number, number] | null;
  stopped_by?: string[];
}
export interface Substance {
  step_kind?: string; name: string; active_ingredient?: string | null; interval_days?: number | null;
  last_used?: string | null; fields?: Record<string, Value>;
}
/** Where animals were brought in, and since when they stand there. */
export interface Pen { plot_id?: string | null; season_id?: string | null; since: string }
export interface Batch {
  producer_id: string; batch_id: string; product_id?: string; name: Two | string; lot: string; code?: string | null;
  uom: string; left?: string | null; against?: { rule: string; why: Two | null; by?: Two }[];
  is_live?: boolean; leave_from?: { date: string; because?: string | null } | null;
  pens?: Pen[]; from?: string[];
  expiry_date?: string | null; production_date?: string | null;
}
/** A crate or pallet as the snapshot tells it; `mark` is folded, `crates` are the marks of smaller ones in it. */
export interface Crate { mark: string; crates: string[]; holds: { batch_id: string; quantity: string | null }[] }
/** A crate whose goods went into a step: with the smaller ones in it, and what this phone knew to be in all of them. */
export interface CrateTaken { mark: string; marks: string[]; holds: { producer_id: string; batch_id: string; quantity: string | null; uom: string }[] }
export interface Shipment {
  event_id: string; from: Two | string; sent_at: string; doc_no?: string | null;
  items: { batch_id: string; producer_id: string; name: Two | string; lot: string; code?: string | null; quantity: string; uom: string }[];
}
/** What was said at a step before: by this person, or since yesterday by anybody. */
export interface Said {
  event_id: string; event_time: string; site_id: string; plot_id?: string | null; season_id?: string | null;
  fields: Record<string, Value>;
}
export interface Sections {
  me: { producer?: { id: string; name: string }; units?: unknown; may_print?: boolean; left_out?: Record<string, number> };
  places: Place[];
  seasons: Season[];
  products: Product[];
  step_kinds: Kind[];
  substances: Substance[];
  batches: Batch[];
  crates: Crate[];
  shipments: Shipment[];
  offered?: Shipment[];
  receivers: { value: string; name: string }[];
  people: { member_id: string; name: string }[];
  users: PhoneUser[];
  last: { kinds?: Record<string, Said>; recent?: (Said & { step_kind: string })[] };
}

/** What the page of a batch tells, as docs/integrators/timeline-json.md has it. */
export interface Told {
  code: string;
  state: { state: string; actor: string | null; reason: string | null; since: string | null };
  product?: { name: Two };
  producer?: { name: Two };
  batch?: { lot: string | null; production_date: string | null; expiry_date: string | null };
  summary?: Record<"key_event" | "spray" | "hand_offs" | "origins", { words: Two | null } | null> & { evidence: { step: Two } | null };
  entries?: { sentence?: Two; words?: Two; when: Two | null }[];
}
export interface KeptProduct { code: string; told: Told; kept_at: number; checked_at: number; isNews: boolean }
export interface LookedUp { code: string; name: Two | null; producer: Two | null; at: number }

export interface Schema extends DBSchema {
  meta: { key: string; value: unknown };
  records: { key: number; value: Entry; indexes: { state: State } };
  photos: { key: string; value: KeptPhoto | KeptVoice; indexes: { sent: number } };
  snapshot: { key: string; value: unknown };
  codes: { key: string; value: { code: string } };
  kept: { key: string; value: KeptProduct };
  looked_up: { key: string; value: LookedUp };
  slips: { key: string; value: KeptSlip };
}
export type Database = IDBPDatabase<Schema>;
