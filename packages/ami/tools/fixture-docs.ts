import type { Facts } from "./facts.ts";

/** Documentation in the manner of Asterisk 22, made for the tests: every construct that the real file uses for AMI. */
export const newerDocs = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE docs SYSTEM "appdocsxml.dtd">
<docs xmlns:xi="http://www.w3.org/2001/XInclude">
  <module language="en_US" name="app_ring"><support_level>core</support_level></module>
  <application name="Ring" language="en_US"><synopsis>Unrelated &amp; ignored.</synopsis></application>
  <manager name="Login" language="en_US" module="builtin">
    <since><version>0.2.0</version></since>
    <syntax>
      <parameter name="ActionID"><para>Told elsewhere.</para></parameter>
      <parameter name="Username" required="true"/>
    </syntax>
  </manager>
  <manager name="Ring" language="en_US" module="app_ring">
    <since><version>20.1.0</version><version>22.0.0</version></since>
    <syntax>
      <xi:include xpointer="xpointer(/docs/manager[@name='Login']/syntax/parameter[@name='ActionID'])" />
      <parameter name="Channel" required="true"/>
      <parameter name="Tone" required="yes">
        <enumlist><enum name="low"/><enum name="high &amp; shrill"/></enumlist>
      </parameter>
      <parameter name="volume"><para>Zero to ten.</para></parameter>
      <parameter name="Quiet" default="no"/>
      <parameter name="Line-000000"/>
    </syntax>
  </manager>
  <manager name="Ring" language="en_US" module="app_ring_odbc"><syntax><parameter name="Other"/></syntax></manager>
  <manager name="RingList" language="en_US" module="app_ring">
    <syntax/>
    <responses>
      <list-elements>
        <xi:include xpointer="xpointer(/docs/managerEvent[@name='RingBegin'])" />
      </list-elements>
      <managerEvent name="RingListComplete" language="en_US">
        <managerEventInstance class="EVENT_FLAG_COMMAND">
          <syntax><parameter name="EventList"/><parameter name="ListItems"/></syntax>
        </managerEventInstance>
      </managerEvent>
    </responses>
  </manager>
  <managerEvent language="en_US" name="RingBegin" module="app_ring">
    <managerEventInstance class="EVENT_FLAG_CALL">
      <since><version>20.1.0</version></since>
      <syntax>
        <channel_snapshot/>
        <channel_snapshot prefix="Dest"/>
        <bridge_snapshot prefix="Orig"/>
        <parameter name="Tone"><enumlist><enum name="low"/><enum name="high"/></enumlist></parameter>
        <parameter name="Cause-txt"/>
        <parameter name="ReportXLoss"/>
      </syntax>
    </managerEventInstance>
  </managerEvent>
  <managerEvent language="en_US" name="RingBegin" module="app_ring_odbc">
    <managerEventInstance class="EVENT_FLAG_CALL">
      <syntax><parameter name="Tone"/><parameter name="Extra"/></syntax>
    </managerEventInstance>
  </managerEvent>
  <managerEvent language="en_US" name="RingEND" module="app_ring">
    <managerEventInstance class="EVENT_FLAG_CLASS">
      <syntax>
        <xi:include xpointer="xpointer(/docs/managerEvent[@name='RingBegin']/managerEventInstance/syntax/parameter)" />
      </syntax>
    </managerEventInstance>
  </managerEvent>
</docs>
`;

/** The same in the manner of Asterisk 16: no modules, no releases, and an action that is gone since. */
export const olderDocs = `<?xml version="1.0" encoding="UTF-8"?>
<docs xmlns:xi="http://www.w3.org/2001/XInclude">
  <manager name="Login" language="en_US">
    <syntax><parameter name="ActionID"/><parameter name="Username" required="true"/></syntax>
  </manager>
  <manager name="Ring" language="en_US">
    <syntax><parameter name="Channel" required="true"/><parameter name="Decade" required="true"/></syntax>
  </manager>
  <manager name="Telegraph" language="en_US"><syntax><parameter name="Words" required="true"/></syntax></manager>
  <manager name="NeverBuilt" language="en_US"><syntax/></manager>
  <managerEvent language="en_US" name="RingBegin">
    <managerEventInstance class="EVENT_FLAG_CALL">
      <syntax><channel_snapshot/><parameter name="Tone"><enumlist><enum name="dull"/></enumlist></parameter></syntax>
    </managerEventInstance>
  </managerEvent>
</docs>
`;

/** Facts that fit the two files. */
export const fixtureFacts: Facts = {
  amiProtocols: { "5": 16, "11": 22 },
  channelSnapshot: ["Channel", "Uniqueid"],
  channelSnapshotOptional: ["Tenantid"],
  bridgeSnapshot: ["BridgeUniqueid"],
  bridgeSnapshotOptional: [],
  notRegistered: ["NeverBuilt"],
  wireNames: { RingEND: "RingEnd" },
  modules: { Telegraph: "chan_morse" },
  writeClasses: { Login: [], Ring: ["call", "system"], RingList: ["reporting"], Telegraph: ["call"] },
  readClasses: { RingEnd: ["call"] },
  alsoUnsolicited: ["RingBegin"],
  paramNames: { Ring: { volume: "Volume" } },
  notEnums: {},
  flags: { Ring: ["Quiet"] },
  variables: {},
  patterns: { Ring: { "Line-000000": "Line-${string}" } },
  extraActions: { Chime: { module: "chan_tower", write: ["agent"], params: ["Hour", "Quarter?"] } },
  versions: {
    actions: {
      RingList: { "22": "22.0.0", "23": "23.0.0" },
      Telegraph: { "16": "16.0.0", "17": "17.0.0" },
    },
    events: { RingListComplete: { "22": "22.0.0", "23": "23.0.0" } },
  },
  extraEvents: { Chimed: { module: "chan_tower", class: ["agent"], headers: ["Hour", "Quarter?"] } },
  extraHeaders: { RingEnd: ["Duration"] },
  droppedHeaders: { RingEnd: ["Extra"] },
  headerPatterns: { ReportX: "Report${number}" },
  certainHeaders: { RingBegin: ["Tone"], RingListComplete: ["EventList", "ListItems"] },
  certainSnapshots: { RingBegin: ["channel:"] },
  lists: {
    RingList: {
      items: ["RingBegin"],
      complete: "RingListComplete",
      empty: "error",
      emptyMessages: ["Nothing rings."],
    },
  },
};
