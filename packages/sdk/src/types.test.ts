import { expectTypeOf, it } from "vitest";
import { createClient, liveCalls } from "./index.ts";
import type {
  Call,
  CallRecord,
  ClearedConnection,
  Connection,
  ConnectionMove,
  EventMessage,
  GapMessage,
  Listed,
  Queue,
  SnapshotMessage,
  StreamEvent,
} from "./index.ts";

// `npm run types` checks what stands here; when it runs, nothing is sent.
const cordboard = createClient({ url: "http://cordboard.test" });

it("an event is narrowed by its type", () => {
  const look = (event: StreamEvent): void => {
    if (event.type === "transferred") {
      expectTypeOf(event.transferring).toEqualTypeOf<Connection | undefined>();
      expectTypeOf(event.connections).toEqualTypeOf<ConnectionMove[]>();
      expectTypeOf(event.call).toEqualTypeOf<Call>();
    } else if (event.type === "connection-cleared") {
      expectTypeOf(event.connection).toEqualTypeOf<ClearedConnection>();
    } else if (event.type === "queue-changed") {
      expectTypeOf(event.queue).toEqualTypeOf<Queue>();
      // @ts-expect-error no call here
      void event.call;
    } else if ("call" in event) {
      expectTypeOf(event.call).toEqualTypeOf<Call>();
    }
    // @ts-expect-error no such event
    void (event.type === "transfered");
  };
  expectTypeOf(look).toBeFunction();
});

it("a stream says what comes out of it", () => {
  type Told<T> = T extends AsyncIterable<infer Message> ? Message : never;
  expectTypeOf<Told<ReturnType<typeof liveCalls>>["event"]>().toEqualTypeOf<EventMessage>();
  const all = cordboard.events({ extension: ["1000"] });
  expectTypeOf<Told<typeof all>>().toEqualTypeOf<StreamEvent | GapMessage | SnapshotMessage>();
  const few = cordboard.events({ snapshots: false });
  expectTypeOf<Told<typeof few>>().toEqualTypeOf<StreamEvent | GapMessage>();
  // @ts-expect-error without its snapshots a stream cannot say what there is
  liveCalls(few);
  // @ts-expect-error no such event
  cordboard.events({ type: ["ringing"] });
});

it("a method says what it takes and gives", () => {
  expectTypeOf(cordboard.calls.list).returns.resolves.toEqualTypeOf<Listed<Call>>();
  expectTypeOf(cordboard.calls.get).returns.resolves.toEqualTypeOf<Call>();
  expectTypeOf(cordboard.callHistory.search()).toExtend<AsyncIterable<CallRecord>>();
  const wrong = (): void => {
    // @ts-expect-error a PBX is not narrowed further
    void cordboard.pbxs.list({ pbx: "hq" });
    // @ts-expect-error no such state
    void cordboard.presence.set("1111", { state: "gone" });
    // @ts-expect-error no such verb
    void cordboard.tokens.create({ name: "x", scope: { pbxs: "*", extensions: "*", verbs: ["write"] } });
  };
  expectTypeOf(wrong).toBeFunction();
});
