function Z(i,t={},...e){let n=document.createElement(i);hx(n,t);for(let s of e)s!=null&&n.append(s instanceof Node?s:document.createTextNode(String(s)));return n}function io(i,t={},...e){let n=document.createElementNS("http://www.w3.org/2000/svg",i);for(let[s,r]of Object.entries(t))n.setAttribute(s,r);return n.append(...e),n}function hx(i,t){for(let[e,n]of Object.entries(t))typeof n=="function"?i.addEventListener(e,n):e==="dataset"?Object.assign(i.dataset,n):n===!0?i.setAttribute(e,""):n!==!1&&n!==null&&n!==void 0&&i.setAttribute(e,String(n))}function ve(i,t){i.textContent!==t&&(i.textContent=t)}function ke(i,t,e){ve(i,t);let n=e==null?"":String(e);i.dataset.value!==n&&(i.dataset.value=n,i.title=n)}function Un(i,t,...e){let n=Z("h2",{id:`${i}-title`},t);return Z("section",{id:i,"aria-labelledby":`${i}-title`,tabindex:-1},n,...e)}function so(i,t){return Z("label",{class:"field"},Z("span",{},i),t)}var ux=["NaN","Infinity","-Infinity"];function Fe(i,t=3){return ux.includes(i)?i:typeof i!="number"?"":i!==0&&Math.abs(i)>=1e9?i.toExponential(t):i.toFixed(t)}function Op(i){return typeof i!="number"?"":i>=100?i.toFixed(0):i.toFixed(1)}function fr(i){return i<0?"0.0 s":i<100?`${i.toFixed(1)} s`:i<6e3?`${(i/60).toFixed(0)} min`:`${(i/3600).toFixed(1)} h`}function pr(i){if(typeof i!="number")return"";if(i<1e3)return`${Math.round(i)} B`;for(let t of["kB","MB","GB"])if(i/=1e3,i<1e3)return`${i.toFixed(1)} ${t}`;return`${i.toFixed(1)} TB`}function ro(i){let t=Math.max(0,Math.floor(i*10+1e-6)),e=Math.floor(t/600),n=t%600/10;return`${e}:${n.toFixed(1).padStart(4,"0")}`}function kp(i){let t=e=>e.map(n=>Fe(n,1)).join(" ");switch(i.shape){case"pose":return i.fault??t([i.matrix[3],i.matrix[7],i.matrix[11]])+" mm";case"tools":return`${i.total} tools`;case"points":return`${i.total} points`;case"paths":return`${i.total} paths`;case"image":return`${i.size.join(" x ")} ${i.scalar}`;case"video":return`${i.codec} ${i.size.join(" x ")}`;case"mesh":return`${i.points} points, ${i.polygons+i.triangle_strips} cells`;case"status":return`${i.code_name} ${i.text}`;case"text":return i.text;case"command":return`${i.name} ${i.text}`;case"sensor":return i.values.slice(0,4).map(e=>Fe(e,3)).join(" ")+(i.values.length>4?" ...":"")+(i.unit?` ${i.unit}`:"");case"array":return`${i.dims.join(" x ")} ${i.scalar}`;case"list":return`${i.total} entries`;default:return i.text??""}}var Bl=i=>i.replaceAll("_"," "),dx=5,Bp=["device","decoded","gates","converted","tf_wait","worker_wait","published","sent","queue","total"];function fx([i,t]){let e=Z("td",{class:"number"}),n=[i,t].map(s=>{let r=Z("span");return ke(r,s===null?"-":Fe(s,3),s),r});return e.append(n[0]," / ",n[1]),e}function px(i){let t=new Set(i.rows.flatMap(s=>Object.keys(s.stages))),e=[...Bp.filter(s=>t.has(s)),...[...t].filter(s=>!Bp.includes(s))],n=Z("tbody",{},...i.rows.map(s=>Z("tr",{dataset:{kind:s.kind,what:s.what}},Z("th",{scope:"row"},s.what?`${s.what} `:"",Z("span",{class:"quiet"},s.kind)),...e.map(r=>s.stages[r]?fx(s.stages[r]):Z("td",{class:"number"})))));return Z("div",{class:"scroll",tabindex:0,role:"region","aria-label":`Stages of ${i.name}`},Z("table",{},Z("thead",{},Z("tr",{},Z("th",{scope:"col"},"p50 / p99 in ms"),...e.map(s=>Z("th",{scope:"col",class:"number"},Bl(s))))),n))}var kl=class{constructor(t){this.store=t,this.none=Z("p",{class:"quiet"},"No bridge has said anything on /diagnostics yet."),this.body=Z("div"),this.node=Un("bridges","Bridges",this.none,this.body),this.node.hidden=!0,this.links=[],this.ages=[]}update(t){t&&this.show(t);for(let[e,n]of this.ages.entries()){let s=this.store.now-this.links[e].heard;n.hidden=s<=dx,ve(n,`It has said nothing for ${fr(s)}.`)}}show(t){this.node.hidden=!1,this.none.hidden=t.length>0,this.links=t,this.ages=t.map(()=>Z("p",{class:"bad",hidden:!0}));let e=new Map([...this.body.querySelectorAll(".scroll")].map(s=>[s.ariaLabel,[s.scrollLeft,s.scrollTop]])),n=document.activeElement?.ariaLabel;this.body.replaceChildren(...t.map((s,r)=>{let o=Z("dl"),a=(l,c,h=c)=>{if(c===""||c===void 0)return;let d=Z("dd",{dataset:{fact:l}});ke(d,String(c),h),o.append(Z("dt",{},l),d)};a("Slow",s.slow_spot),a("Slowest from the network",s.slowest),a("Slowest to the network",s.slowest_out),a("Dropped on the way to peers",s.dropped);for(let{kind:l,what:c,number:h}of s.counts)a(`${l}: ${c}`,h);for(let l of s.rows)"slowest"in l&&a(`Longest wait for ${l.what} / ms`,Fe(l.slowest),l.slowest),"oldest"in l&&a(`Waits for ${l.what} now / ms`,Fe(l.oldest),l.oldest),"clock_offset"in l&&a(`Clock of ${l.what} behind, and the way / ms`,Fe(l.clock_offset),l.clock_offset);return Z("article",{dataset:{bridge:s.name}},Z("h3",{},s.name," ",Z("span",{class:`state ${s.level}`},s.level)),Z("p",{},s.text),this.ages[r],o,s.rows.length?px(s):null)}));for(let s of this.body.querySelectorAll(".scroll")){let r=e.get(s.ariaLabel);r&&([s.scrollLeft,s.scrollTop]=r),s.ariaLabel===n&&s.focus({preventScroll:!0})}}};var Hu=[["name","Device"],["type","Type"],["rate","Rate / Hz"],["age","Age"],["size","Size"],["bandwidth","Bytes/s"],["delay","Delay / ms"],["validity","Valid"],["gate","Gate"],["count","Count"],["lost","Lost"],["dropped","Dropped"],["spark","Last minute"],["summary","Value"],["stages","Stages p50 / ms"]],zp=new Set(["rate","age","size","bandwidth","delay","count","lost","dropped"]),mx=60,Wu=118,zl=20;function gx(i){let t=Math.max(1,...i);return i.map((e,n)=>`${(n*Wu/(i.length-1)).toFixed(1)},${(zl-1-e/t*(zl-2)).toFixed(1)}`).join(" ")}var Vl=class{constructor(t){this.store=t,this.rows=new Map,this.chosen=null,this.body=Z("tbody"),this.filter=Z("input",{type:"search",placeholder:"name or type",input:()=>this.sift()}),this.none=Z("p",{class:"quiet"},"Nothing has come yet."),this.crowded=Z("p",{class:"bad",hidden:!0});let e=Z("tr",{},...Hu.map(([s,r])=>Z("th",{scope:"col",class:zp.has(s)?"number":s},r))),n=Z("table",{"aria-labelledby":"devices-title"},Z("thead",{},e),this.body);this.node=Un("devices","Devices",Z("label",{class:"field"},Z("span",{},"Show only"),this.filter),this.none,this.crowded,Z("div",{class:"scroll",tabindex:0,role:"region","aria-label":"Table of devices"},n)),this.details=Un("details","Details"),this.details.hidden=!0}sift(){let t=this.filter.value.trim().toLowerCase();for(let{row:e,text:n}of this.rows.values())e.hidden=!n.includes(t)}reset(){for(let{row:t}of this.rows.values())t.remove();this.rows.clear(),this.chosen=null,this.details.hidden=!0}remove(t){this.rows.get(t)?.row.remove(),this.rows.delete(t),this.chosen===t&&(this.chosen=null,this.details.hidden=!0)}make(t){let e={},n=Z("button",{type:"button",class:"link","aria-pressed":"false",click:()=>this.choose(t.id)},t.name||"(no name)"),s=io("polyline",{points:""});for(let[a]of Hu)e[a]=Z(a==="name"?"th":"td",{class:zp.has(a)?"number":a,...a==="name"?{scope:"row"}:{},dataset:{key:a}});e.name.append(n),t.inside&&e.name.append(Z("span",{class:"quiet"},` in ${t.inside}`)),e.spark.append(io("svg",{viewBox:`0 0 ${Wu} ${zl}`,width:Wu,height:zl,"aria-hidden":"true",class:"spark"},s));let r=Z("tr",{dataset:{device:t.name,type:t.type,id:t.id}},...Hu.map(([a])=>e[a])),o={row:r,cells:e,line:s,button:n,text:`${t.name} ${t.type}`.toLowerCase()};return this.rows.set(t.id,o),this.body.append(r),o}choose(t){this.chosen=this.chosen===t?null:t;for(let[e,{button:n,row:s}]of this.rows)n.setAttribute("aria-pressed",String(e===this.chosen)),s.classList.toggle("chosen",e===this.chosen);this.showDetails()}update(t,e,n){for(let s of t){let{cells:r,line:o,row:a}=this.rows.get(s.id)??this.make(s);ve(r.type,s.type),ke(r.rate,Op(s.rate),s.rate),ke(r.size,pr(s.size),s.size),ke(r.bandwidth,pr(s.bandwidth),s.bandwidth),ke(r.delay,s.delay_ms===null?"no stamp":Fe(s.delay_ms,1),s.delay_ms);let l=s.valid===null?"":s.valid?"valid":s.state;ke(r.validity,s.invalid?`${l} (${s.invalid} not)`:l,s.invalid);let{bridge:c}=s,h=c?.withholds?"withheld by the bridge":s.gate;ve(r.gate,h),ke(r.count,String(s.count),s.count),ke(r.lost,String(s.lost),s.lost),ke(r.dropped,c?String(c.dropped):"",c?.dropped);let d={...s.stages,...c?.stages};ke(r.stages,Object.entries(d).map(([u,[f]])=>`${Bl(u)} ${Fe(f,2)}`).join("  "),Object.keys(d).length?JSON.stringify(d):null),ve(r.summary,kp(s.value).slice(0,120)),o.setAttribute("points",gx(s.spark)),a.classList.toggle("withheld",h.startsWith("withheld"))}this.age(e),this.none.hidden=this.rows.size>0,this.crowded.hidden=n===0,ve(this.crowded,`${n} messages of further devices are not shown`),this.filter.value&&this.sift(),t.some(s=>s.id===this.chosen)&&this.showDetails()}age(t){for(let[e,{cells:n,row:s}]of this.rows){let r=this.store.devices.get(e);if(r?.emergency){let{time:o,text:a}=r.emergency,l=r.gate==="emergency"||t-o<mx;s.classList.toggle("emergency",l),ve(n.gate,l?`emergency ${fr(t-o)} ago: ${a}`:r.gate)}r&&ke(n.age,fr(t-r.arrived),t-r.arrived)}}showDetails(){let t=this.store.devices.get(this.chosen),e=this.details.firstChild;if(this.details.hidden=!t,!t)return;let{value:n}=t;ve(e,t.name?`Details of ${t.name}`:"Details");let s=Z("dl"),r=(a,l,c=l)=>{if(l==null||l==="")return;let h=Z("dd",{dataset:{fact:a}});ke(h,String(l),c),s.append(Z("dt",{},a),h)};r("Device",t.full_name??t.name),r("Type",t.type),r("Peer",t.peer),r("Header version",t.version),r("Stamp / ns",t.stamp),r("Bytes in all",pr(t.bytes),t.bytes),r("Stamps that went back",t.stamps_back),r("Stamps that stood still",t.stamps_same),r("State",t.state),r("Cannot be shown",n.fault);for(let a of["size","block","offset","dims"])n[a]&&r(a,n[a].join(" x "),JSON.stringify(n[a]));for(let a of["spacing","position","quaternion","low","high"])n[a]&&r(a,n[a].map(l=>Fe(l)).join("  "),JSON.stringify(n[a]));for(let a of["scalar","components","coordinates","codec","frame_bytes","points","vertices","lines","polygons","triangle_strips","code","code_name","subcode","error_name","command_id","unit"])r(a,n[a]);for(let[a,l]of[["here",t.stages],["bridge",t.bridge?.stages??{}]])for(let[c,[h,d]]of Object.entries(l))r(`${Bl(c)}, ${a} / ms`,`${Fe(h)} (p50)  ${Fe(d)} (p99)`,JSON.stringify([h,d]));for(let{kind:a,what:l,number:c}of t.bridge?.counts??[])r(`${a}: ${l}`,c);let o=[s];n.matrix&&o.push(_x(n.matrix)),n.values&&o.push(Z("p",{class:"values"},n.values.map(a=>Fe(a,4)).join("  "))),typeof n.text=="string"&&n.text&&o.push(Z("pre",{},n.text)),n.rows&&o.push(yx(n)),n.metadata&&o.push(Z("h3",{},"Metadata"),Z("dl",{},...n.metadata.flatMap(([a,l])=>[Z("dt",{},a),Z("dd",{},l)]))),this.details.replaceChildren(e,...o)}};function _x(i){let t=Z("table",{class:"matrix","aria-label":"Matrix, lengths in mm"});for(let e=0;e<3;e+=1)t.append(Z("tr",{},...i.slice(4*e,4*e+4).map(n=>{let s=Z("td",{class:"number"});return ke(s,Fe(n,4),n),s})));return t}function xx(i){let t=i.position??i.target??(i.matrix?[i.matrix[3],i.matrix[7],i.matrix[11]]:null);return t?t.map(e=>Fe(e,2)).join("  "):""}function yx(i){let t=Z("tbody",{},...i.rows.map(s=>Z("tr",{},Z("th",{scope:"row"},s.name),Z("td",{class:"number"},xx(s)),Z("td",{},s.state??s.group??"")))),e=Z("table",{},Z("thead",{},Z("tr",{},Z("th",{scope:"col"},"Name"),Z("th",{scope:"col",class:"number"},"Place / mm"),Z("th",{scope:"col"},"State, group"))),t),n=i.total-i.rows.length;return Z("div",{},e,n>0?Z("p",{class:"quiet"},`and ${n} more`):null)}var vx=200,Gl=class{constructor(){this.body=Z("div"),this.node=Un("links","Links",this.body),this.shown=""}lose(){this.shown="";for(let t of this.body.querySelectorAll("[data-state]"))t.className="state",t.dataset.state="unknown",ve(t,"not known")}update(t){let e=JSON.stringify(t);e!==this.shown&&(this.shown=e,this.body.replaceChildren(...t.map(n=>{let s=n.peers.map(a=>{let l=Z("dl",{}),c=(h,d,u)=>{let f=Z("dd",{dataset:{fact:h}});ke(f,d,u),l.append(Z("dt",{},h),f)};return c("Received",`${Xu(a.received)} messages, ${pr(a.received_bytes)}`,a.received_bytes),c("Sent",`${Xu(a.sent)} messages, ${pr(a.sent_bytes)}`,a.sent_bytes),c("Errors",bx(a.errors)||"none",Xu(a.errors)),c("Wait to be sent",String(a.waiting),a.waiting),a.compat&&c("Taken for",a.compat,a.compat),c("Header version",a.version?String(a.version):"not known",a.version),a.round_trip_ms!==null&&c("Round trip",`${Fe(a.round_trip_ms,2)} ms`,a.round_trip_ms),Z("div",{class:"peer"},Z("h4",{},a.name?`${a.address} (${a.name})`:a.address),l)}),r=Z("span",{class:`state ${n.state}`,dataset:{state:n.state}},n.state),o=[];n.reconnects&&o.push(`came back ${n.reconnects} times`);for(let[a,l]of Object.entries(n.facts))l&&o.push(`${a}: ${l}`);return Z("article",{class:"link"},Z("h3",{},n.name," ",r),n.error?Z("p",{class:"bad"},n.error):null,o.length?Z("p",{class:"quiet"},o.join(", ")):null,...s.length?s:[n.mode==="bag"?null:Z("p",{class:"quiet"},"Nobody is connected.")])})))}},Xu=i=>Object.values(i).reduce((t,e)=>t+e,0),bx=i=>Object.entries(i).map(([t,e])=>`${t} ${e}`).join(", "),Hl=class{constructor(t,e,n){this.list=Z("ol",{class:"lines",reversed:!0}),this.none=Z("p",{class:"quiet"},n),this.node=Un(t,e,this.none,Z("div",{class:"scroll short",tabindex:0,role:"region","aria-label":e},this.list)),this.last=0}reset(){this.list.replaceChildren(),this.last=0,this.none.hidden=!1}update(t){for(let e of t)if(!(e.number<=this.last))for(this.last=e.number,this.list.prepend(this.make(e));this.list.childElementCount>vx;)this.list.lastElementChild.remove();this.none.hidden=this.list.childElementCount>0}},Wl=class extends Hl{constructor(t){super("texts","Texts and status","No text has come yet."),this.store=t}make(t){let e=t.length>t.text.length?` ... (${t.length} characters)`:"";return Z("li",{dataset:{number:t.number}},Z("span",{class:"quiet"},`${this.store.timeOf(t.time)} ${t.type} `),Z("b",{},t.name)," ",t.head?Z("code",{},t.head):null," ",t.text+e)}},Xl=class extends Hl{constructor(t){super("errors","Errors","None."),this.store=t}make(t){return Z("li",{class:t.level==="error"?"bad":"warning"},Z("span",{class:"quiet"},`${this.store.timeOf(t.time)} ${t.level} `),t.text)}update(t){super.update(t),ve(this.node.firstChild,this.list.childElementCount?`Errors (${this.list.childElementCount})`:"Errors")}};var Sx=["GET_CAPABIL","GET_STATUS","GET_TRANS","GET_TDATA","GET_IMAGE","GET_IMGMETA","GET_LBMETA","GET_POINT","GET_POLYDATA","STT_TDATA","STP_TDATA","STT_TRANS","STP_TRANS","STT_IMAGE","STP_IMAGE"],Vp={command:["device","name","content"],query:["device","type"],string:["device","text"],status:["device","code","text"]},ql=class{constructor(t){this.wire=t,this.kind=Z("select",{name:"kind",change:()=>this.sift()},Z("option",{value:"command"},"COMMAND"),Z("option",{value:"query"},"Query"),Z("option",{value:"string"},"STRING"),Z("option",{value:"status"},"STATUS")),this.link=Z("select",{name:"link"}),this.inputs={device:Z("input",{name:"device",autocomplete:"off",maxlength:64}),name:Z("input",{name:"name",autocomplete:"off",maxlength:128}),content:Z("textarea",{name:"content",rows:3,spellcheck:"false"}),type:Z("select",{name:"type"},...Sx.map(n=>Z("option",{value:n},n))),code:Z("input",{name:"code",type:"number",min:0,max:65535,value:1}),text:Z("input",{name:"text",autocomplete:"off"})};let e={device:"Device name",name:"Command",content:"Content",type:"Type",code:"Code",text:"Text"};this.fields=Object.fromEntries(Object.entries(this.inputs).map(([n,s])=>[n,so(e[n],s)])),this.outcome=Z("p",{role:"status"}),this.node=Un("orders","Send",Z("form",{class:"controls",submit:n=>this.send(n)},so("Link",this.link),so("Kind",this.kind),...Object.values(this.fields),Z("button",{},"Send")),this.outcome),this.node.hidden=!0,this.sift()}sift(){for(let[t,e]of Object.entries(this.fields))e.hidden=!Vp[this.kind.value].includes(t)}update(t,e){this.node.hidden=!e;let n=t.map(s=>s.name);n.join(`
`)!==this.names&&(this.names=n.join(`
`),this.link.replaceChildren(...n.map((s,r)=>Z("option",{value:r},s))))}send(t){t.preventDefault();let e=this.kind.value,n={kind:e};for(let r of Vp[e])n[r]=r==="code"?this.inputs.code.valueAsNumber:this.inputs[r].value;let s=this.wire.ask({send:n,link:Number(this.link.value)});ve(this.outcome,s?"sending":"not sent: there is no connection to the monitor")}answer({error:t,sent:e,command_id:n}){t?ve(this.outcome,`Not sent: ${t}`):e&&ve(this.outcome,e==="COMMAND"?`Sent COMMAND ${n}; its answer is among the texts`:`Sent ${e}`)}};var Mx=2,Gp=[["auto","automatic"],["all","all"],["5","5 a second"],["2","2 a second"],["1","1 a second"]],wx=new Set(["localhost","127.0.0.1","[::1]"]),Yl=class{constructor(t,e){this.isSparing=t&&wx.has(location.hostname),this.ask=e,this.told=Z("span",{id:"frames",class:"quiet"}),this.choice=Z("select",{id:"pace",change:()=>this.keep()},...Gp.map(([s,r])=>Z("option",{value:s},r))),this.node=Z("div",{class:"field"},Z("label",{class:"field"},Z("span",{},"Updates"),this.choice),this.told);let n=localStorage.getItem("updates");Gp.some(([s])=>s===n)&&(this.choice.value=n),this.choose()}keep(){localStorage.setItem("updates",this.choice.value),this.choose()}choose(){let{value:t}=this.choice,e={auto:this.isSparing?Mx:null,all:null};this.ask(t in e?e[t]:Number(t))}update({fps:t,frames:e,left_out:n}){let s=this.choice.value==="auto"&&this.isSparing?": the processor draws, there is no graphics card":"";ve(this.told,`at most ${t} times a second${s}${n?`, ${n} left out`:""}`),Object.assign(this.told.dataset,{frames:e,leftOut:n,fps:t})}};var Hp=[0,255],Wp=16;function Tx(i,t,e,n){let{pixels:s,components:r}=i,o=255/(e-t||1);for(let a=0,l=0;l<n.length;l+=4,a+=r){for(let c=0;c<3;c+=1)n[l+c]=(s[a+(r>=3?c:0)]-t)*o;n[l+3]=255}}var qu=class{constructor(t,e){this.id=t.id,this.changed=e,this.axis="k",this.index=null,this.window=null,this.picture=null,this.canvas=Z("canvas",{role:"img",tabindex:0,"aria-label":`Image ${t.name}`,keydown:n=>this.key(n)}),this.canvas.addEventListener("pointermove",n=>this.probe(n)),this.caption=Z("figcaption"),this.under=Z("p",{class:"quiet",dataset:{probe:""}},"Point at the image, or use the arrow keys in it."),this.fault=Z("p",{class:"bad",hidden:!0,dataset:{fault:""}}),this.note=Z("p",{class:"quiet",hidden:!0}),this.slider=Z("input",{type:"range",min:0,max:0,value:0,input:()=>this.cut(this.slider.valueAsNumber)}),this.sliceNumber=Z("output"),this.axes=Z("select",{change:()=>{this.axis=this.axes.value,this.index=null,this.changed()}},...["k","j","i"].map(n=>Z("option",{value:n},`across ${n}`))),this.level=Z("input",{type:"range",step:"any",input:()=>this.setWindow()}),this.width=Z("input",{type:"range",step:"any",input:()=>this.setWindow()}),this.numbers=Z("output"),this.slices=Z("div",{class:"controls",hidden:!0},$l("Slice",this.slider,this.sliceNumber),$l("Cut",this.axes)),this.node=Z("figure",{dataset:{device:t.name}},this.caption,this.fault,this.canvas,this.under,this.note,this.slices,Z("div",{class:"controls"},$l("Level",this.level),$l("Window",this.width,this.numbers),Z("button",{type:"button",click:()=>{this.window=null,this.draw()}},"Whole range"))),this.at=[0,0]}get want(){return{id:this.id,axis:this.axis,index:this.index}}cut(t){this.index=t,this.changed()}describe(t){let{value:e,shown:n}=t;ve(this.caption,`${t.name}: ${e.size.join(" x ")} ${e.scalar??e.codec}`+(e.components>1?`, ${e.components} components`:"")),this.slices.hidden=e.size.filter(s=>s>1).length<3,this.fault.hidden=!n.fault&&!n.left_out,ve(this.fault,[n.fault?`Not shown: ${n.fault}.`:"",n.left_out?`${n.left_out} frames left out, for want of time.`:""].filter(Boolean).join(" "))}show(t){this.picture=t;let{columns:e,rows:n}=t;(this.canvas.width!==e||this.canvas.height!==n)&&(this.canvas.width=e,this.canvas.height=n,this.canvas.style.width=`min(100%, ${(24*e/Math.max(n,1)).toFixed(2)}rem)`),this.slider.max=Math.max(0,t.depth-1),this.slider.value=t.index,ke(this.sliceNumber,`${t.index+1} of ${t.depth}`,t.index),this.note.hidden=t.step===1,ve(this.note,`Every ${t.step}th pixel is shown.`),this.draw()}range(){let{scalar:t,low:e,high:n}=this.picture;return this.window?this.window:t==="uint8"?Hp:[e,n]}draw(){let{picture:t}=this;if(!t||!t.rows||!t.columns)return;let[e,n]=this.range(),s=t.scalar==="uint8"?Hp:[Math.min(e,t.low),Math.max(n,t.high)];document.activeElement!==this.level&&document.activeElement!==this.width&&(this.level.min=s[0],this.level.max=s[1],this.width.min=0,this.width.max=s[1]-s[0],this.level.value=(e+n)/2,this.width.value=n-e),ke(this.numbers,`${Fe(e,1)} to ${Fe(n,1)}`,JSON.stringify([e,n]));let r=this.canvas.getContext("2d"),o=r.createImageData(t.columns,t.rows);Tx(t,e,n,o.data),r.putImageData(o,0,0),this.canvas.dataset.count=t.count,this.canvas.dataset.stamp=t.stamp,this.tellPixel()}setWindow(){let t=this.level.valueAsNumber,e=Math.max(this.width.valueAsNumber/2,1e-9);this.window=[t-e,t+e],this.draw()}probe(t){if(!this.picture)return;let e=this.canvas.getBoundingClientRect();this.at=[Math.floor((t.clientX-e.left)/e.width*this.picture.columns),Math.floor((t.clientY-e.top)/e.height*this.picture.rows)],this.tellPixel()}key(t){let e={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]},n={PageUp:1,PageDown:-1};if(t.key in e)this.at=this.at.map((s,r)=>s+e[t.key][r]*(t.shiftKey?10:1)),this.tellPixel();else if(t.key in n&&this.picture)this.cut(Math.min(Math.max(this.picture.index+n[t.key],0),this.picture.depth-1));else return;t.preventDefault()}tellPixel(){let{picture:t}=this;if(!t||!t.rows||!t.columns)return;let e=Math.min(Math.max(this.at[0],0),t.columns-1),n=Math.min(Math.max(this.at[1],0),t.rows-1);this.at=[e,n];let s=(n*t.columns+e)*t.components,r=Array.from(t.pixels.subarray(s,s+t.components));ke(this.under,`Column ${e*t.step}, row ${n*t.step}: ${r.join(" ")}`,r.join(" "))}};function $l(i,...t){return Z("label",{class:"field"},Z("span",{},i),...t)}var Zl=class{constructor(t,e){this.store=t,this.pictures=new Map,this.want=()=>e([...this.pictures.values()].map(n=>n.want)),this.none=Z("p",{class:"quiet"},"No image has come yet."),this.more=Z("p",{class:"quiet",hidden:!0},`Of more than ${Wp} images the first are shown.`),this.body=Z("div",{class:"figures"}),this.node=Un("images","Images",this.none,this.more,this.body)}reset(){for(let t of[...this.pictures.keys()])this.remove(t)}remove(t){this.pictures.get(t)?.node.remove(),this.pictures.delete(t)&&this.want(),this.none.hidden=this.pictures.size>0}update(t){for(let e of t){if(!e.shown)continue;let n=this.pictures.get(e.id);if(!n){if(this.pictures.size>=Wp){this.more.hidden=!1;continue}n=new qu(e,this.want),this.pictures.set(e.id,n),this.body.append(n.node),this.none.hidden=!0,this.want()}n.describe(e)}}show(t){this.pictures.get(t.id)?.show(t)}drawn(t){let e=this.pictures.get(t);return e?.picture?{picture:e.picture,canvas:e.canvas}:null}};var Ax="uplot",Ex="u-hz",Cx="u-vt",Rx="u-title",Px="u-wrap",Ix="u-under",Lx="u-over",Nx="u-axis",_r="u-off",Dx="u-select",Ux="u-cursor-x",Fx="u-cursor-y",Ox="u-cursor-pt",kx="u-legend",Bx="u-live",zx="u-inline",Vx="u-series",Gx="u-marker",Xp="u-label",Hx="u-value",ya="width",va="height";var qp="bottom",oo="left",Yu="right",hd="#000",Yp=hd+"0",$u="mousemove",$p="mousedown",Zu="mouseup",Zp="mouseenter",Jp="mouseleave",jp="dblclick",Wx="resize",Xx="scroll",Kp="change",tc="dppxchange",ud="--",po=typeof window<"u",td=po?document:null,lo=po?window:null,qx=po?navigator:null,Te,Jl;function ed(){let i=devicePixelRatio;Te!=i&&(Te=i,Jl&&id(Kp,Jl,ed),Jl=matchMedia(`(min-resolution: ${Te-.001}dppx) and (max-resolution: ${Te+.001}dppx)`),xr(Kp,Jl,ed),lo.dispatchEvent(new CustomEvent(tc)))}function gi(i,t){if(t!=null){let e=i.classList;!e.contains(t)&&e.add(t)}}function nd(i,t){let e=i.classList;e.contains(t)&&e.remove(t)}function $e(i,t,e){i.style[t]=e+"px"}function ki(i,t,e,n){let s=td.createElement(i);return t!=null&&gi(s,t),e?.insertBefore(s,n),s}function Ei(i,t){return ki("div",i,t)}var Qp=new WeakMap;function ns(i,t,e,n,s){let r="translate("+t+"px,"+e+"px)",o=Qp.get(i);r!=o&&(i.style.transform=r,Qp.set(i,r),t<0||e<0||t>n||e>s?gi(i,_r):nd(i,_r))}var tm=new WeakMap;function em(i,t,e){let n=t+e,s=tm.get(i);n!=s&&(tm.set(i,n),i.style.background=t,i.style.borderColor=e)}var nm=new WeakMap;function im(i,t,e,n){let s=t+""+e,r=nm.get(i);s!=r&&(nm.set(i,s),i.style.height=e+"px",i.style.width=t+"px",i.style.marginLeft=n?-t/2+"px":0,i.style.marginTop=n?-e/2+"px":0)}var dd={passive:!0},Yx={...dd,capture:!0};function xr(i,t,e,n){t.addEventListener(i,e,n?Yx:dd)}function id(i,t,e,n){t.removeEventListener(i,e,dd)}po&&ed();function Bi(i,t,e,n){let s;e=e||0,n=n||t.length-1;let r=n<=2147483647;for(;n-e>1;)s=r?e+n>>1:_i((e+n)/2),t[s]<i?e=s:n=s;return i-t[e]<=t[n]-i?e:n}function Im(i){return(e,n,s)=>{let r=-1,o=-1;for(let a=n;a<=s;a++)if(i(e[a])){r=a;break}for(let a=s;a>=n;a--)if(i(e[a])){o=a;break}return[r,o]}}var Lm=i=>i!=null,Nm=i=>i!=null&&i>0,ic=Im(Lm),$x=Im(Nm);function Zx(i,t,e,n=0,s=!1){let r=s?$x:ic,o=s?Nm:Lm;[t,e]=r(i,t,e);let a=i[t],l=i[t];if(t>-1)if(n==1)a=i[t],l=i[e];else if(n==-1)a=i[e],l=i[t];else for(let c=t;c<=e;c++){let h=i[c];o(h)&&(h<a?a=h:h>l&&(l=h))}return[a??Be,l??-Be]}function sc(i,t,e,n){let s=om(i),r=om(t);i==t&&(s==-1?(i*=e,t/=e):(i/=e,t*=e));let o=e==10?ys:Dm,a=s==1?_i:Ci,l=r==1?Ci:_i,c=a(o(An(i))),h=l(o(An(t))),d=co(e,c),u=co(e,h);return e==10&&(c<0&&(d=ze(d,-c)),h<0&&(u=ze(u,-h))),n||e==2?(i=d*s,t=u*r):(i=km(i,d),t=rc(t,u)),[i,t]}function fd(i,t,e,n){let s=sc(i,t,e,n);return i==0&&(s[0]=0),t==0&&(s[1]=0),s}var pd=.1,sm={mode:3,pad:pd},Sa={pad:0,soft:null,mode:0},Jx={min:Sa,max:Sa};function ec(i,t,e,n){return oc(e)?rm(i,t,e):(Sa.pad=e,Sa.soft=n?0:null,Sa.mode=n?3:0,rm(i,t,Jx))}function Me(i,t){return i??t}function jx(i,t,e){for(t=Me(t,0),e=Me(e,i.length-1);t<=e;){if(i[t]!=null)return!0;t++}return!1}function rm(i,t,e){let n=e.min,s=e.max,r=Me(n.pad,0),o=Me(s.pad,0),a=Me(n.hard,-Be),l=Me(s.hard,Be),c=Me(n.soft,Be),h=Me(s.soft,-Be),d=Me(n.mode,0),u=Me(s.mode,0),f=t-i,m=ys(f),y=ei(An(i),An(t)),p=ys(y),g=An(p-m);(f<1e-24||g>10)&&(f=0,(i==0||t==0)&&(f=1e-24,d==2&&c!=Be&&(r=0),u==2&&h!=-Be&&(o=0)));let x=f||y||1e3,M=ys(x),v=co(10,_i(M)),A=x*(f==0?i==0?.1:1:r),w=ze(km(i-A,v/10),24),_=i>=c&&(d==1||d==3&&w<=c||d==2&&w>=c)?c:Be,S=ei(a,w<_&&i>=_?_:zi(_,w)),I=x*(f==0?t==0?.1:1:o),P=ze(rc(t+I,v/10),24),R=t<=h&&(u==1||u==3&&P>=h||u==2&&P<=h)?h:-Be,U=zi(l,P>R&&t<=R?R:ei(R,P));return S==U&&S==0&&(U=100),[S,U]}var Kx=new Intl.NumberFormat(po?qx.language:"en-US"),md=i=>Kx.format(i),xi=Math,Ql=xi.PI,An=xi.abs,_i=xi.floor,Tn=xi.round,Ci=xi.ceil,zi=xi.min,ei=xi.max,co=xi.pow,om=xi.sign,ys=xi.log10,Dm=xi.log2,Qx=(i,t=1)=>xi.sinh(i)*t,Ju=(i,t=1)=>xi.asinh(i/t),Be=1/0;function am(i){return(ys((i^i>>31)-(i>>31))|0)+1}function sd(i,t,e){return zi(ei(i,t),e)}function Um(i){return typeof i=="function"}function xe(i){return Um(i)?i:()=>i}var ty=()=>{},Fm=i=>i,Om=(i,t)=>t,ey=i=>null,lm=i=>!0,cm=(i,t)=>i==t,ny=/\.\d*?(?=9{6,}|0{6,})/gm,yr=i=>{if(zm(i)||Ys.has(i))return i;let t=`${i}`,e=t.match(ny);if(e==null)return i;let n=e[0].length-1;if(t.indexOf("e-")!=-1){let[s,r]=t.split("e");return+`${yr(s)}e${r}`}return ze(i,n)};function mr(i,t){return yr(ze(yr(i/t))*t)}function rc(i,t){return yr(Ci(yr(i/t))*t)}function km(i,t){return yr(_i(yr(i/t))*t)}function ze(i,t=0){if(zm(i))return i;let e=10**t,n=i*e*(1+Number.EPSILON);return Tn(n)/e}var Ys=new Map;function Bm(i){return((""+i).split(".")[1]||"").length}function wa(i,t,e,n){let s=[],r=n.map(Bm);for(let o=t;o<e;o++){let a=An(o),l=ze(co(i,o),a);for(let c=0;c<n.length;c++){let h=i==10?+`${n[c]}e${o}`:n[c]*l,d=(o>=0?0:a)+(o>=r[c]?0:r[c]),u=i==10?h:ze(h,d);s.push(u),Ys.set(u,d)}}return s}var Ma={},gd=[],ho=[null,null],qs=Array.isArray,zm=Number.isInteger,iy=i=>i===void 0;function hm(i){return typeof i=="string"}function oc(i){let t=!1;if(i!=null){let e=i.constructor;t=e==null||e==Object}return t}function sy(i){return i!=null&&typeof i=="object"}var ry=Object.getPrototypeOf(Uint8Array),Vm="__proto__";function uo(i,t=oc){let e;if(qs(i)){let n=i.find(s=>s!=null);if(qs(n)||t(n)){e=Array(i.length);for(let s=0;s<i.length;s++)e[s]=uo(i[s],t)}else e=i.slice()}else if(i instanceof ry)e=i.slice();else if(t(i)){e={};for(let n in i)n!=Vm&&(e[n]=uo(i[n],t))}else e=i;return e}function vn(i){let t=arguments;for(let e=1;e<t.length;e++){let n=t[e];for(let s in n)s!=Vm&&(oc(i[s])?vn(i[s],uo(n[s])):i[s]=uo(n[s]))}return i}var oy=0,ay=1,ly=2;function cy(i,t,e){for(let n=0,s,r=-1;n<t.length;n++){let o=t[n];if(o>r){for(s=o-1;s>=0&&i[s]==null;)i[s--]=null;for(s=o+1;s<e&&i[s]==null;)i[r=s++]=null}}}function hy(i,t){if(fy(i)){let o=i[0].slice();for(let a=1;a<i.length;a++)o.push(...i[a].slice(1));return py(o[0])||(o=dy(o)),o}let e=new Set;for(let o=0;o<i.length;o++){let l=i[o][0],c=l.length;for(let h=0;h<c;h++)e.add(l[h])}let n=[Array.from(e).sort((o,a)=>o-a)],s=n[0].length,r=new Map;for(let o=0;o<s;o++)r.set(n[0][o],o);for(let o=0;o<i.length;o++){let a=i[o],l=a[0];for(let c=1;c<a.length;c++){let h=a[c],d=Array(s).fill(void 0),u=t?t[o][c]:ay,f=[];for(let m=0;m<h.length;m++){let y=h[m],p=r.get(l[m]);y===null?u!=oy&&(d[p]=y,u==ly&&f.push(p)):d[p]=y}cy(d,f,s),n.push(d)}}return n}var uy=typeof queueMicrotask>"u"?i=>Promise.resolve().then(i):queueMicrotask;function dy(i){let t=i[0],e=t.length,n=Array(e);for(let r=0;r<n.length;r++)n[r]=r;n.sort((r,o)=>t[r]-t[o]);let s=[];for(let r=0;r<i.length;r++){let o=i[r],a=Array(e);for(let l=0;l<e;l++)a[l]=o[n[l]];s.push(a)}return s}function fy(i){let t=i[0][0],e=t.length;for(let n=1;n<i.length;n++){let s=i[n][0];if(s.length!=e)return!1;if(s!=t){for(let r=0;r<e;r++)if(s[r]!=t[r])return!1}}return!0}function py(i,t=100){let e=i.length;if(e<=1)return!0;let n=0,s=e-1;for(;n<=s&&i[n]==null;)n++;for(;s>=n&&i[s]==null;)s--;if(s<=n)return!0;let r=ei(1,_i((s-n+1)/t));for(let o=i[n],a=n+r;a<=s;a+=r){let l=i[a];if(l!=null){if(l<=o)return!1;o=l}}return!0}var Gm=["January","February","March","April","May","June","July","August","September","October","November","December"],Hm=["Sunday","Monday","Tuesday","Wednesday","Thursday","Friday","Saturday"];function Wm(i){return i.slice(0,3)}var my=Hm.map(Wm),gy=Gm.map(Wm),_y={MMMM:Gm,MMM:gy,WWWW:Hm,WWW:my};function xa(i){return(i<10?"0":"")+i}function xy(i){return(i<10?"00":i<100?"0":"")+i}var yy={YYYY:i=>i.getFullYear(),YY:i=>(i.getFullYear()+"").slice(2),MMMM:(i,t)=>t.MMMM[i.getMonth()],MMM:(i,t)=>t.MMM[i.getMonth()],MM:i=>xa(i.getMonth()+1),M:i=>i.getMonth()+1,DD:i=>xa(i.getDate()),D:i=>i.getDate(),WWWW:(i,t)=>t.WWWW[i.getDay()],WWW:(i,t)=>t.WWW[i.getDay()],HH:i=>xa(i.getHours()),H:i=>i.getHours(),h:i=>{let t=i.getHours();return t==0?12:t>12?t-12:t},AA:i=>i.getHours()>=12?"PM":"AM",aa:i=>i.getHours()>=12?"pm":"am",a:i=>i.getHours()>=12?"p":"a",mm:i=>xa(i.getMinutes()),m:i=>i.getMinutes(),ss:i=>xa(i.getSeconds()),s:i=>i.getSeconds(),fff:i=>xy(i.getMilliseconds())};function _d(i,t){t=t||_y;let e=[],n=/\{([a-z]+)\}|[^{]+/gi,s;for(;s=n.exec(i);)e.push(s[0][0]=="{"?yy[s[1]]:s[0]);return r=>{let o="";for(let a=0;a<e.length;a++)o+=typeof e[a]=="string"?e[a]:e[a](r,t);return o}}var vy=new Intl.DateTimeFormat().resolvedOptions().timeZone;function by(i,t){let e;return t=="UTC"||t=="Etc/UTC"?e=new Date(+i+i.getTimezoneOffset()*6e4):t==vy?e=i:(e=new Date(i.toLocaleString("en-US",{timeZone:t})),e.setMilliseconds(i.getMilliseconds())),e}var Xm=i=>i%1==0,nc=[1,2,2.5,5],Sy=wa(10,-32,0,nc),qm=wa(10,0,32,nc),My=qm.filter(Xm),gr=Sy.concat(qm),xd=`
`,Ym="{YYYY}",um=xd+Ym,$m="{M}/{D}",ba=xd+$m,jl=ba+"/{YY}",Zm="{aa}",wy="{h}:{mm}",ao=wy+Zm,dm=xd+ao,fm=":{ss}",Ee=null;function Jm(i){let t=i*1e3,e=t*60,n=e*60,s=n*24,r=s*30,o=s*365,l=(i==1?wa(10,0,3,nc).filter(Xm):wa(10,-3,0,nc)).concat([t,t*5,t*10,t*15,t*30,e,e*5,e*10,e*15,e*30,n,n*2,n*3,n*4,n*6,n*8,n*12,s,s*2,s*3,s*4,s*5,s*6,s*7,s*8,s*9,s*10,s*15,r,r*2,r*3,r*4,r*6,o,o*2,o*5,o*10,o*25,o*50,o*100]),c=[[o,Ym,Ee,Ee,Ee,Ee,Ee,Ee,1],[s*28,"{MMM}",um,Ee,Ee,Ee,Ee,Ee,1],[s,$m,um,Ee,Ee,Ee,Ee,Ee,1],[n,"{h}"+Zm,jl,Ee,ba,Ee,Ee,Ee,1],[e,ao,jl,Ee,ba,Ee,Ee,Ee,1],[t,fm,jl+" "+ao,Ee,ba+" "+ao,Ee,dm,Ee,1],[i,fm+".{fff}",jl+" "+ao,Ee,ba+" "+ao,Ee,dm,Ee,1]];function h(d){return(u,f,m,y,p,g)=>{let x=[],M=p>=o,v=p>=r&&p<o,A=d(m),w=ze(A*i,3),_=ju(A.getFullYear(),M?0:A.getMonth(),v||M?1:A.getDate()),S=ze(_*i,3);if(v||M){let I=v?p/r:0,P=M?p/o:0,R=w==S?w:ze(ju(_.getFullYear()+P,_.getMonth()+I,1)*i,3),U=new Date(Tn(R/i)),k=U.getFullYear(),D=U.getMonth();for(let G=0;R<=y;G++){let O=ju(k+P*G,D+I*G,1),V=O-d(ze(O*i,3));R=ze((+O+V)*i,3),R<=y&&x.push(R)}}else{let I=p>=s?s:p,P=_i(m)-_i(w),R=S+P+rc(w-S,I);x.push(R);let U=d(R),k=U.getHours()+U.getMinutes()/e+U.getSeconds()/n,D=p/n,G=u.axes[f]._space,O=g/G;for(;R=ze(R+p,i==1?0:3),!(R>y);)if(D>1){let V=_i(ze(k+D,6))%24,j=d(R).getHours()-V;j>1&&(j=-1),R-=j*n,k=(k+D)%24;let tt=x[x.length-1];ze((R-tt)/p,3)*O>=.7&&x.push(R)}else x.push(R)}return x}}return[l,c,h]}var[Ty,Ay,Ey]=Jm(1),[Cy,Ry,Py]=Jm(.001);wa(2,-53,53,[1]);function pm(i,t){return i.map(e=>e.map((n,s)=>s==0||s==8||n==null?n:t(s==1||e[8]==0?n:e[1]+n)))}function mm(i,t){return(e,n,s,r,o)=>{let a=t.find(m=>o>=m[0])||t[t.length-1],l,c,h,d,u,f;return n.map(m=>{let y=i(m),p=y.getFullYear(),g=y.getMonth(),x=y.getDate(),M=y.getHours(),v=y.getMinutes(),A=y.getSeconds(),w=p!=l&&a[2]||g!=c&&a[3]||x!=h&&a[4]||M!=d&&a[5]||v!=u&&a[6]||A!=f&&a[7]||a[1];return l=p,c=g,h=x,d=M,u=v,f=A,w(y)})}}function Iy(i,t){let e=_d(t);return(n,s,r,o,a)=>s.map(l=>e(i(l)))}function ju(i,t,e){return new Date(i,t,e)}function gm(i,t){return t(i)}var Ly="{YYYY}-{MM}-{DD} {h}:{mm}{aa}";function _m(i,t){return(e,n,s,r)=>r==null?ud:t(i(n))}function Ny(i,t){let e=i.series[t];return e.width?e.stroke(i,t):e.points.width?e.points.stroke(i,t):null}function Dy(i,t){return i.series[t].fill(i,t)}var Uy={show:!0,live:!0,isolate:!1,mount:ty,markers:{show:!0,width:2,stroke:Ny,fill:Dy,dash:"solid"},idx:null,idxs:null,values:[]};function Fy(i,t){let e=i.cursor.points,n=Ei(),s=e.size(i,t);$e(n,ya,s),$e(n,va,s);let r=s/-2;$e(n,"marginLeft",r),$e(n,"marginTop",r);let o=e.width(i,t,s);return o&&$e(n,"borderWidth",o),n}function Oy(i,t){let e=i.series[t].points;return e._fill||e._stroke}function ky(i,t){let e=i.series[t].points;return e._stroke||e._fill}function By(i,t){return i.series[t].points.size}var Ku=[0,0];function zy(i,t,e){return Ku[0]=t,Ku[1]=e,Ku}function Kl(i,t,e,n=!0){return s=>{s.button==0&&(!n||s.target==t)&&e(s)}}function Qu(i,t,e,n=!0){return s=>{(!n||s.target==t)&&e(s)}}var Vy={show:!0,x:!0,y:!0,lock:!1,move:zy,points:{one:!1,show:Fy,size:By,width:0,stroke:ky,fill:Oy},bind:{mousedown:Kl,mouseup:Kl,click:Kl,dblclick:Kl,mousemove:Qu,mouseleave:Qu,mouseenter:Qu},drag:{setScale:!0,x:!0,y:!1,dist:0,uni:null,click:(i,t)=>{t.stopPropagation(),t.stopImmediatePropagation()},_x:!1,_y:!1},focus:{dist:(i,t,e,n,s)=>n-s,prox:-1,bias:0},hover:{skip:[void 0],prox:null,bias:0},left:-10,top:-10,idx:null,dataIdx:null,idxs:null,event:null},jm={show:!0,stroke:"rgba(0,0,0,0.07)",width:2},yd=vn({},jm,{filter:Om}),Km=vn({},yd,{size:10}),Qm=vn({},jm,{show:!1}),vd='12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji"',tg="bold "+vd,eg=1.5,xm={show:!0,scale:"x",stroke:hd,space:50,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:tg,side:2,grid:yd,ticks:Km,border:Qm,font:vd,lineGap:eg,rotate:0},Gy="Value",Hy="Time",ym={show:!0,scale:"x",auto:!1,sorted:1,min:Be,max:-Be,idxs:[]};function Wy(i,t,e,n,s){return t.map(r=>r==null?"":md(r))}function Xy(i,t,e,n,s,r,o){let a=[],l=Ys.get(s)||0;e=o?e:ze(rc(e,s),l);for(let c=e;c<=n;c=ze(c+s,l))a.push(Object.is(c,-0)?0:c);return a}function rd(i,t,e,n,s,r,o){let a=[],l=i.scales[i.axes[t].scale].log,c=l==10?ys:Dm,h=_i(c(e));s=co(l,h),l==10&&(s=gr[Bi(s,gr)]);let d=e,u=s*l;l==10&&(u=gr[Bi(u,gr)]);do a.push(d),d=d+s,l==10&&!Ys.has(d)&&(d=ze(d,Ys.get(s))),d>=u&&(s=d,u=s*l,l==10&&(u=gr[Bi(u,gr)]));while(d<=n);return a}function qy(i,t,e,n,s,r,o){let l=i.scales[i.axes[t].scale].asinh,c=n>l?rd(i,t,ei(l,e),n,s):[l],h=n>=0&&e<=0?[0]:[];return(e<-l?rd(i,t,ei(l,-n),-e,s):[l]).reverse().map(u=>-u).concat(h,c)}var ng=/./,Yy=/[12357]/,$y=/[125]/,vm=/1/,od=(i,t,e,n)=>i.map((s,r)=>t==4&&s==0||r%n==0&&e.test(s.toExponential()[s<0?1:0])?s:null);function Zy(i,t,e,n,s){let r=i.axes[e],o=r.scale,a=i.scales[o],l=i.valToPos,c=r._space,h=l(10,o),d=l(9,o)-h>=c?ng:l(7,o)-h>=c?Yy:l(5,o)-h>=c?$y:vm;if(d==vm){let u=An(l(1,o)-h);if(u<c)return od(t.slice().reverse(),a.distr,d,Ci(c/u)).reverse()}return od(t,a.distr,d,1)}function Jy(i,t,e,n,s){let r=i.axes[e],o=r.scale,a=r._space,l=i.valToPos,c=An(l(1,o)-l(2,o));return c<a?od(t.slice().reverse(),3,ng,Ci(a/c)).reverse():t}function jy(i,t,e,n){return n==null?ud:t==null?"":md(t)}var bm={show:!0,scale:"y",stroke:hd,space:30,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:tg,side:3,grid:yd,ticks:Km,border:Qm,font:vd,lineGap:eg,rotate:0};function Ky(i,t){let e=3+(i||1)*2;return ze(e*t,3)}function Qy(i,t){let{scale:e,idxs:n}=i.series[0],s=i._data[0],r=i.valToPos(s[n[0]],e,!0),o=i.valToPos(s[n[1]],e,!0),a=An(o-r),l=i.series[t],c=a/(l.points.space*Te);return n[1]-n[0]<=c}var Sm={scale:null,auto:!0,sorted:0,min:Be,max:-Be},ig=(i,t,e,n,s)=>s,Mm={show:!0,auto:!0,sorted:0,gaps:ig,alpha:1,facets:[vn({},Sm,{scale:"x"}),vn({},Sm,{scale:"y"})]},wm={scale:"y",auto:!0,sorted:0,show:!0,spanGaps:!1,gaps:ig,alpha:1,points:{show:Qy,filter:null},values:null,min:Be,max:-Be,idxs:[],path:null,clip:null};function tv(i,t,e,n,s){return e/10}var sg={time:!0,auto:!0,distr:1,log:10,asinh:1,min:null,max:null,dir:1,ori:0},ev=vn({},sg,{time:!1,ori:1}),Tm={};function rg(i,t){let e=Tm[i];return e||(e={key:i,plots:[],sub(n){e.plots.push(n)},unsub(n){e.plots=e.plots.filter(s=>s!=n)},pub(n,s,r,o,a,l,c){for(let h=0;h<e.plots.length;h++)e.plots[h]!=s&&e.plots[h].pub(n,s,r,o,a,l,c)}},i!=null&&(Tm[i]=e)),e}var fo=1,ad=2;function vr(i,t,e){let n=i.mode,s=i.series[t],r=n==2?i._data[t]:i._data,o=i.scales,a=i.bbox,l=r[0],c=n==2?r[1]:r[t],h=n==2?o[s.facets[0].scale]:o[i.series[0].scale],d=n==2?o[s.facets[1].scale]:o[s.scale],u=a.left,f=a.top,m=a.width,y=a.height,p=i.valToPosH,g=i.valToPosV;return h.ori==0?e(s,l,c,h,d,p,g,u,f,m,y,lc,mo,hc,ag,cg):e(s,l,c,h,d,g,p,f,u,y,m,cc,go,Md,lg,hg)}function bd(i,t){let e=0,n=0,s=Me(i.bands,gd);for(let r=0;r<s.length;r++){let o=s[r];o.series[0]==t?e=o.dir:o.series[1]==t&&(o.dir==1?n|=1:n|=2)}return[e,n==1?-1:n==2?1:n==3?2:0]}function nv(i,t,e,n,s){let r=i.mode,o=i.series[t],a=r==2?o.facets[1].scale:o.scale,l=i.scales[a];return s==-1?l.min:s==1?l.max:l.distr==3?l.dir==1?l.min:l.max:0}function vs(i,t,e,n,s,r){return vr(i,t,(o,a,l,c,h,d,u,f,m,y,p)=>{let g=o.pxRound,x=c.dir*(c.ori==0?1:-1),M=c.ori==0?mo:go,v,A;x==1?(v=e,A=n):(v=n,A=e);let w=g(d(a[v],c,y,f)),_=g(u(l[v],h,p,m)),S=g(d(a[A],c,y,f)),I=g(u(r==1?h.max:h.min,h,p,m)),P=new Path2D(s);return M(P,S,I),M(P,w,I),M(P,w,_),P})}function ac(i,t,e,n,s,r){let o=null;if(i.length>0){o=new Path2D;let a=t==0?hc:Md,l=e;for(let d=0;d<i.length;d++){let u=i[d];if(u[1]>u[0]){let f=u[0]-l;f>0&&a(o,l,n,f,n+r),l=u[1]}}let c=e+s-l,h=10;c>0&&a(o,l,n-h/2,c,n+r+h)}return o}function iv(i,t,e){let n=i[i.length-1];n&&n[0]==t?n[1]=e:i.push([t,e])}function Sd(i,t,e,n,s,r,o){let a=[],l=i.length;for(let c=s==1?e:n;c>=e&&c<=n;c+=s)if(t[c]===null){let d=c,u=c;if(s==1)for(;++c<=n&&t[c]===null;)u=c;else for(;--c>=e&&t[c]===null;)u=c;let f=r(i[d]),m=u==d?f:r(i[u]),y=d-s;f=o<=0&&y>=0&&y<l?r(i[y]):f;let g=u+s;m=o>=0&&g>=0&&g<l?r(i[g]):m,m>=f&&a.push([f,m])}return a}function Am(i){return i==0?Fm:i==1?Tn:t=>mr(t,i)}function og(i){let t=i==0?lc:cc,e=i==0?(s,r,o,a,l,c)=>{s.arcTo(r,o,a,l,c)}:(s,r,o,a,l,c)=>{s.arcTo(o,r,l,a,c)},n=i==0?(s,r,o,a,l)=>{s.rect(r,o,a,l)}:(s,r,o,a,l)=>{s.rect(o,r,l,a)};return(s,r,o,a,l,c=0,h=0)=>{c==0&&h==0?n(s,r,o,a,l):(c=zi(c,a/2,l/2),h=zi(h,a/2,l/2),t(s,r+c,o),e(s,r+a,o,r+a,o+l,c),e(s,r+a,o+l,r,o+l,h),e(s,r,o+l,r,o,h),e(s,r,o,r+a,o,c),s.closePath())}}var lc=(i,t,e)=>{i.moveTo(t,e)},cc=(i,t,e)=>{i.moveTo(e,t)},mo=(i,t,e)=>{i.lineTo(t,e)},go=(i,t,e)=>{i.lineTo(e,t)},hc=og(0),Md=og(1),ag=(i,t,e,n,s,r)=>{i.arc(t,e,n,s,r)},lg=(i,t,e,n,s,r)=>{i.arc(e,t,n,s,r)},cg=(i,t,e,n,s,r,o)=>{i.bezierCurveTo(t,e,n,s,r,o)},hg=(i,t,e,n,s,r,o)=>{i.bezierCurveTo(e,t,s,n,o,r)};function ug(i){return(t,e,n,s,r)=>vr(t,e,(o,a,l,c,h,d,u,f,m,y,p)=>{let{pxRound:g,points:x}=o,M,v;c.ori==0?(M=lc,v=ag):(M=cc,v=lg);let A=ze(x.width*Te,3),w=(x.size-x.width)/2*Te,_=ze(w*2,3),S=new Path2D,I=new Path2D,{left:P,top:R,width:U,height:k}=t.bbox;hc(I,P-_,R-_,U+_*2,k+_*2);let D=G=>{if(l[G]!=null){let O=g(d(a[G],c,y,f)),V=g(u(l[G],h,p,m));M(S,O+w,V),v(S,O,V,w,0,Ql*2)}};if(r)r.forEach(D);else for(let G=n;G<=s;G++)D(G);return{stroke:A>0?S:null,fill:S,clip:I,flags:fo|ad}})}function dg(i){return(t,e,n,s,r,o)=>{n!=s&&(r!=n&&o!=n&&i(t,e,n),r!=s&&o!=s&&i(t,e,s),i(t,e,o))}}var sv=dg(mo),rv=dg(go);function fg(i){let t=Me(i?.alignGaps,0);return(e,n,s,r)=>vr(e,n,(o,a,l,c,h,d,u,f,m,y,p)=>{[s,r]=ic(l,s,r);let g=o.pxRound,x=k=>g(d(k,c,y,f)),M=k=>g(u(k,h,p,m)),v,A;c.ori==0?(v=mo,A=sv):(v=go,A=rv);let w=c.dir*(c.ori==0?1:-1),_={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:fo},S=_.stroke,I=!1;if(r-s>=y*4){let k=st=>e.posToVal(st,c.key,!0),D=null,G=null,O,V,it,Y=x(a[w==1?s:r]),j=x(a[s]),tt=x(a[r]),ht=k(w==1?j+1:tt-1);for(let st=w==1?s:r;st>=s&&st<=r;st+=w){let q=a[st],nt=(w==1?q<ht:q>ht)?Y:x(q),lt=l[st];nt==Y?lt!=null?(V=lt,D==null?(v(S,nt,M(V)),O=D=G=V):V<D?D=V:V>G&&(G=V)):lt===null&&(I=!0):(D!=null&&A(S,Y,M(D),M(G),M(O),M(V)),lt!=null?(V=lt,v(S,nt,M(V)),D=G=O=V):(D=G=null,lt===null&&(I=!0)),Y=nt,ht=k(Y+w))}D!=null&&D!=G&&it!=Y&&A(S,Y,M(D),M(G),M(O),M(V))}else for(let k=w==1?s:r;k>=s&&k<=r;k+=w){let D=l[k];D===null?I=!0:D!=null&&v(S,x(a[k]),M(D))}let[R,U]=bd(e,n);if(o.fill!=null||R!=0){let k=_.fill=new Path2D(S),D=o.fillTo(e,n,o.min,o.max,R),G=M(D),O=x(a[s]),V=x(a[r]);w==-1&&([V,O]=[O,V]),v(k,V,G),v(k,O,G)}if(!o.spanGaps){let k=[];I&&k.push(...Sd(a,l,s,r,w,x,t)),_.gaps=k=o.gaps(e,n,s,r,k),_.clip=ac(k,c.ori,f,m,y,p)}return U!=0&&(_.band=U==2?[vs(e,n,s,r,S,-1),vs(e,n,s,r,S,1)]:vs(e,n,s,r,S,U)),_})}function ov(i){let t=Me(i.align,1),e=Me(i.ascDesc,!1),n=Me(i.alignGaps,0),s=Me(i.extend,!1);return(r,o,a,l)=>vr(r,o,(c,h,d,u,f,m,y,p,g,x,M)=>{[a,l]=ic(d,a,l);let v=c.pxRound,{left:A,width:w}=r.bbox,_=j=>v(m(j,u,x,p)),S=j=>v(y(j,f,M,g)),I=u.ori==0?mo:go,P={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:fo},R=P.stroke,U=u.dir*(u.ori==0?1:-1),k=S(d[U==1?a:l]),D=_(h[U==1?a:l]),G=D,O=D;s&&t==-1&&(O=A,I(R,O,k)),I(R,D,k);for(let j=U==1?a:l;j>=a&&j<=l;j+=U){let tt=d[j];if(tt==null)continue;let ht=_(h[j]),st=S(tt);t==1?I(R,ht,k):I(R,G,st),I(R,ht,st),k=st,G=ht}let V=G;s&&t==1&&(V=A+w,I(R,V,k));let[it,Y]=bd(r,o);if(c.fill!=null||it!=0){let j=P.fill=new Path2D(R),tt=c.fillTo(r,o,c.min,c.max,it),ht=S(tt);I(j,V,ht),I(j,O,ht)}if(!c.spanGaps){let j=[];j.push(...Sd(h,d,a,l,U,_,n));let tt=c.width*Te/2,ht=e||t==1?tt:-tt,st=e||t==-1?-tt:tt;j.forEach(q=>{q[0]+=ht,q[1]+=st}),P.gaps=j=c.gaps(r,o,a,l,j),P.clip=ac(j,u.ori,p,g,x,M)}return Y!=0&&(P.band=Y==2?[vs(r,o,a,l,R,-1),vs(r,o,a,l,R,1)]:vs(r,o,a,l,R,Y)),P})}function Em(i,t,e,n,s,r,o=Be){if(i.length>1){let a=null;for(let l=0,c=1/0;l<i.length;l++)if(t[l]!==void 0){if(a!=null){let h=An(i[l]-i[a]);h<c&&(c=h,o=An(e(i[l],n,s,r)-e(i[a],n,s,r)))}a=l}}return o}function av(i){i=i||Ma;let t=Me(i.size,[.6,Be,1]),e=i.align||0,n=i.gap||0,s=i.radius;s=s==null?[0,0]:typeof s=="number"?[s,0]:s;let r=xe(s),o=1-t[0],a=Me(t[1],Be),l=Me(t[2],1),c=Me(i.disp,Ma),h=Me(i.each,f=>{}),{fill:d,stroke:u}=c;return(f,m,y,p)=>vr(f,m,(g,x,M,v,A,w,_,S,I,P,R)=>{let U=g.pxRound,k=e,D=n*Te,G=a*Te,O=l*Te,V,it;v.ori==0?[V,it]=r(f,m):[it,V]=r(f,m);let Y=v.dir*(v.ori==0?1:-1),j=v.ori==0?hc:Md,tt=v.ori==0?h:(Rt,jt,oe,wt,Oe,Gt,Zt)=>{h(Rt,jt,oe,Oe,wt,Zt,Gt)},ht=Me(f.bands,gd).find(Rt=>Rt.series[0]==m),st=ht!=null?ht.dir:0,q=g.fillTo(f,m,g.min,g.max,st),rt=U(_(q,A,R,I)),nt,lt,gt,Ut=P,Jt=U(g.width*Te),kt=!1,de=null,ce=null,se=null,je=null;d!=null&&(Jt==0||u!=null)&&(kt=!0,de=d.values(f,m,y,p),ce=new Map,new Set(de).forEach(Rt=>{Rt!=null&&ce.set(Rt,new Path2D)}),Jt>0&&(se=u.values(f,m,y,p),je=new Map,new Set(se).forEach(Rt=>{Rt!=null&&je.set(Rt,new Path2D)})));let{x0:Ge,size:pn}=c;if(Ge!=null&&pn!=null){k=1,x=Ge.values(f,m,y,p),Ge.unit==2&&(x=x.map(oe=>f.posToVal(S+oe*P,v.key,!0)));let Rt=pn.values(f,m,y,p);pn.unit==2?lt=Rt[0]*P:lt=w(Rt[0],v,P,S)-w(0,v,P,S),Ut=Em(x,M,w,v,P,S,Ut),gt=Ut-lt+D}else Ut=Em(x,M,w,v,P,S,Ut),gt=Ut*o+D,lt=Ut-gt;gt<1&&(gt=0),Jt>=lt/2&&(Jt=0),gt<5&&(U=Fm);let De=gt>0,Pn=Ut-gt-(De?Jt:0);lt=U(sd(Pn,O,G)),nt=(k==0?lt/2:k==Y?0:lt)-k*Y*((k==0?D/2:0)+(De?Jt/2:0));let be={stroke:null,fill:null,clip:null,band:null,gaps:null,flags:0},Mn=kt?null:new Path2D,sn=null;if(ht!=null)sn=f.data[ht.series[1]];else{let{y0:Rt,y1:jt}=c;Rt!=null&&jt!=null&&(M=jt.values(f,m,y,p),sn=Rt.values(f,m,y,p))}let mn=V*lt,z=it*lt;for(let Rt=Y==1?y:p;Rt>=y&&Rt<=p;Rt+=Y){let jt=M[Rt];if(jt==null)continue;if(sn!=null){let $=sn[Rt]??0;if(jt-$==0)continue;rt=_($,A,R,I)}let oe=v.distr!=2||c!=null?x[Rt]:Rt,wt=w(oe,v,P,S),Oe=_(Me(jt,q),A,R,I),Gt=U(wt-nt),Zt=U(ei(Oe,rt)),L=U(zi(Oe,rt)),T=Zt-L;if(jt!=null){let $=jt<0?z:mn,mt=jt<0?mn:z;kt?(Jt>0&&se[Rt]!=null&&j(je.get(se[Rt]),Gt,L+_i(Jt/2),lt,ei(0,T-Jt),$,mt),de[Rt]!=null&&j(ce.get(de[Rt]),Gt,L+_i(Jt/2),lt,ei(0,T-Jt),$,mt)):j(Mn,Gt,L+_i(Jt/2),lt,ei(0,T-Jt),$,mt),tt(f,m,Rt,Gt-Jt/2,L,lt+Jt,T)}}return Jt>0?be.stroke=kt?je:Mn:kt||(be._fill=g.width==0?g._fill:g._stroke??g._fill,be.width=0),be.fill=kt?ce:Mn,be})}function lv(i,t){let e=Me(t?.alignGaps,0);return(n,s,r,o)=>vr(n,s,(a,l,c,h,d,u,f,m,y,p,g)=>{[r,o]=ic(c,r,o);let x=a.pxRound,M=V=>x(u(V,h,p,m)),v=V=>x(f(V,d,g,y)),A,w,_;h.ori==0?(A=lc,_=mo,w=cg):(A=cc,_=go,w=hg);let S=h.dir*(h.ori==0?1:-1),I=M(l[S==1?r:o]),P=I,R=[],U=[];for(let V=S==1?r:o;V>=r&&V<=o;V+=S)if(c[V]!=null){let Y=l[V],j=M(Y);R.push(P=j),U.push(v(c[V]))}let k={stroke:i(R,U,A,_,w,x),fill:null,clip:null,band:null,gaps:null,flags:fo},D=k.stroke,[G,O]=bd(n,s);if(a.fill!=null||G!=0){let V=k.fill=new Path2D(D),it=a.fillTo(n,s,a.min,a.max,G),Y=v(it);_(V,P,Y),_(V,I,Y)}if(!a.spanGaps){let V=[];V.push(...Sd(l,c,r,o,S,M,e)),k.gaps=V=a.gaps(n,s,r,o,V),k.clip=ac(V,h.ori,m,y,p,g)}return O!=0&&(k.band=O==2?[vs(n,s,r,o,D,-1),vs(n,s,r,o,D,1)]:vs(n,s,r,o,D,O)),k})}function cv(i){return lv(hv,i)}function hv(i,t,e,n,s,r){let o=i.length;if(o<2)return null;let a=new Path2D;if(e(a,i[0],t[0]),o==2)n(a,i[1],t[1]);else{let l=Array(o),c=Array(o-1),h=Array(o-1),d=Array(o-1);for(let u=0;u<o-1;u++)h[u]=t[u+1]-t[u],d[u]=i[u+1]-i[u],c[u]=h[u]/d[u];l[0]=c[0];for(let u=1;u<o-1;u++)c[u]===0||c[u-1]===0||c[u-1]>0!=c[u]>0?l[u]=0:(l[u]=3*(d[u-1]+d[u])/((2*d[u]+d[u-1])/c[u-1]+(d[u]+2*d[u-1])/c[u]),isFinite(l[u])||(l[u]=0));l[o-1]=c[o-2];for(let u=0;u<o-1;u++)s(a,i[u]+d[u]/3,t[u]+l[u]*d[u]/3,i[u+1]-d[u]/3,t[u+1]-l[u+1]*d[u]/3,i[u+1],t[u+1])}return a}var ld=new Set;function Cm(){for(let i of ld)i.syncRect(!0)}po&&(xr(Wx,lo,Cm),xr(Xx,lo,Cm,!0),xr(tc,lo,()=>{zn.pxRatio=Te}));var uv=fg(),dv=ug();function Rm(i,t,e,n){return(n?[i[0],i[1]].concat(i.slice(2)):[i[0]].concat(i.slice(1))).map((r,o)=>cd(r,o,t,e))}function fv(i,t){return i.map((e,n)=>n==0?{}:vn({},t,e))}function cd(i,t,e,n){return vn({},t==0?e:n,i)}function pg(i,t,e){return t==null?ho:[t,e]}var pv=pg;function mv(i,t,e){return t==null?ho:ec(t,e,pd,!0)}function mg(i,t,e,n){return t==null?ho:sc(t,e,i.scales[n].log,!1)}var gv=mg;function gg(i,t,e,n){return t==null?ho:fd(t,e,i.scales[n].log,!1)}var _v=gg;function xv(i,t,e,n,s){let r=ei(am(i),am(t)),o=t-i,a=Bi(s/n*o,e);do{let l=e[a],c=n*l/o;if(c>=s&&r+(l<5?Ys.get(l):0)<=17)return[l,c]}while(++a<e.length);return[0,0]}function Pm(i){let t,e;return i=i.replace(/(\d+)px/,(n,s)=>(t=Tn((e=+s)*Te))+"px"),[i,t,e]}function yv(i){i.show&&[i.font,i.labelFont].forEach(t=>{let e=ze(t[2]*Te,1);t[0]=t[0].replace(/[0-9.]+px/,e+"px"),t[1]=e})}function zn(i,t,e){let n={mode:Me(i.mode,1)},s=n.mode;function r(b,E,N,F){let X=E.valToPct(b);return F+N*(E.dir==-1?1-X:X)}function o(b,E,N,F){let X=E.valToPct(b);return F+N*(E.dir==-1?X:1-X)}function a(b,E,N,F){return E.ori==0?r(b,E,N,F):o(b,E,N,F)}n.valToPosH=r,n.valToPosV=o;let l=!1;n.status=0;let c=n.root=Ei(Ax);if(i.id!=null&&(c.id=i.id),gi(c,i.class),i.title){let b=Ei(Rx,c);b.textContent=i.title}let h=ki("canvas"),d=n.ctx=h.getContext("2d"),u=Ei(Px,c);xr("click",u,b=>{b.target===m&&(Xe!=Kr||Ke!=Qr)&&Bn.click(n,b)},!0);let f=n.under=Ei(Ix,u);u.appendChild(h);let m=n.over=Ei(Lx,u);i=uo(i);let y=+Me(i.pxAlign,1),p=Am(y);(i.plugins||[]).forEach(b=>{b.opts&&(i=b.opts(n,i)||i)});let g=i.ms||.001,x=n.series=s==1?Rm(i.series||[],ym,wm,!1):fv(i.series||[null],Mm),M=n.axes=Rm(i.axes||[],xm,bm,!0),v=n.scales={},A=n.bands=i.bands||[];A.forEach(b=>{b.fill=xe(b.fill||null),b.dir=Me(b.dir,-1)});let w=s==2?x[1].facets[0].scale:x[0].scale,_={axes:_s,series:pe},S=(i.drawOrder||["axes","series"]).map(b=>_[b]);function I(b){let E=b.distr==3?N=>ys(N>0?N:b.clamp(n,N,b.min,b.max,b.key)):b.distr==4?N=>Ju(N,b.asinh):b.distr==100?N=>b.fwd(N):N=>N;return N=>{let F=E(N),{_min:X,_max:Q}=b,ft=Q-X;return(F-X)/ft}}function P(b){let E=v[b];if(E==null){let N=(i.scales||Ma)[b]||Ma;if(N.from!=null){P(N.from);let F=vn({},v[N.from],N,{key:b});F.valToPct=I(F),v[b]=F}else{E=v[b]=vn({},b==w?sg:ev,N),E.key=b;let F=E.time,X=E.range,Q=qs(X);if((b!=w||s==2&&!F)&&(Q&&(X[0]==null||X[1]==null)&&(X={min:X[0]==null?sm:{mode:1,hard:X[0],soft:X[0]},max:X[1]==null?sm:{mode:1,hard:X[1],soft:X[1]}},Q=!1),!Q&&oc(X))){let ft=X;X=(_t,St,Nt)=>St==null?ho:ec(St,Nt,ft)}E.range=xe(X||(F?pv:b==w?E.distr==3?gv:E.distr==4?_v:pg:E.distr==3?mg:E.distr==4?gg:mv)),E.auto=xe(Q?!1:E.auto),E.clamp=xe(E.clamp||tv),E._min=E._max=null,E.valToPct=I(E)}}}P("x"),P("y"),s==1&&x.forEach(b=>{P(b.scale)}),M.forEach(b=>{P(b.scale)});for(let b in i.scales)P(b);let R=v[w],U=R.distr,k,D;R.ori==0?(gi(c,Ex),k=r,D=o):(gi(c,Cx),k=o,D=r);let G={};for(let b in v){let E=v[b];(E.min!=null||E.max!=null)&&(G[b]={min:E.min,max:E.max},E.min=E.max=null)}let O=i.tzDate||(b=>new Date(Tn(b/g))),V=i.fmtDate||_d,it=g==1?Ey(O):Py(O),Y=mm(O,pm(g==1?Ay:Ry,V)),j=_m(O,gm(Ly,V)),tt=[],ht=n.legend=vn({},Uy,i.legend),st=n.cursor=vn({},Vy,{drag:{y:s==2}},i.cursor),q=ht.show,rt=st.show,nt=ht.markers;ht.idxs=tt,nt.width=xe(nt.width),nt.dash=xe(nt.dash),nt.stroke=xe(nt.stroke),nt.fill=xe(nt.fill);let lt,gt,Ut,Jt=[],kt=[],de,ce=!1,se={};if(ht.live){let b=x[1]?x[1].values:null;ce=b!=null,de=ce?b(n,1,0):{_:0};for(let E in de)se[E]=ud}if(q)if(lt=ki("table",kx,c),Ut=ki("tbody",null,lt),ht.mount(n,lt),ce){gt=ki("thead",null,lt,Ut);let b=ki("tr",null,gt);ki("th",null,b);for(var je in de)ki("th",Xp,b).textContent=je}else gi(lt,zx),ht.live&&gi(lt,Bx);let Ge={show:!0},pn={show:!1};function De(b,E){if(E==0&&(ce||!ht.live||s==2))return ho;let N=[],F=ki("tr",Vx,Ut,Ut.childNodes[E]);gi(F,b.class),b.show||gi(F,_r);let X=ki("th",null,F);if(nt.show){let _t=Ei(Gx,X);if(E>0){let St=nt.width(n,E);St&&(_t.style.border=St+"px "+nt.dash(n,E)+" "+nt.stroke(n,E)),_t.style.background=nt.fill(n,E)}}let Q=Ei(Xp,X);b.label instanceof HTMLElement?Q.appendChild(b.label):Q.textContent=b.label,E>0&&(nt.show||(Q.style.color=b.width>0?nt.stroke(n,E):nt.fill(n,E)),be("click",X,_t=>{if(st._lock)return;te(_t);let St=x.indexOf(b);if((_t.ctrlKey||_t.metaKey)!=ht.isolate){let Nt=x.some((Dt,Ot)=>Ot>0&&Ot!=St&&Dt.show);x.forEach((Dt,Ot)=>{Ot>0&&Ki(Ot,Nt?Ot==St?Ge:pn:Ge,!0,yn.setSeries)})}else Ki(St,{show:!b.show},!0,yn.setSeries)},!1),ee&&be(Zp,X,_t=>{st._lock||(te(_t),Ki(x.indexOf(b),eo,!0,yn.setSeries))},!1));for(var ft in de){let _t=ki("td",Hx,F);_t.textContent="--",N.push(_t)}return[F,N]}let Pn=new Map;function be(b,E,N,F=!0){let X=Pn.get(E)||{},Q=st.bind[b](n,E,N,F);Q&&(xr(b,E,X[b]=Q),Pn.set(E,X))}function Mn(b,E,N){let F=Pn.get(E)||{};for(let X in F)(b==null||X==b)&&(id(X,E,F[X]),delete F[X]);b==null&&Pn.delete(E)}let sn=0,mn=0,z=0,Rt=0,jt=0,oe=0,wt=jt,Oe=oe,Gt=z,Zt=Rt,L=0,T=0,$=0,mt=0;n.bbox={};let dt=!1,vt=!1,bt=!1,ot=!1,ct=!1,xt=!1;function B(b,E,N){(N||b!=n.width||E!=n.height)&&ut(b,E),he(!1),bt=!0,vt=!0,Hn()}function ut(b,E){n.width=sn=z=b,n.height=mn=Rt=E,jt=oe=0,Mt(),Wt();let N=n.bbox;L=N.left=mr(jt*Te,.5),T=N.top=mr(oe*Te,.5),$=N.width=mr(z*Te,.5),mt=N.height=mr(Rt*Te,.5)}let at=3;function Tt(){let b=!1,E=0;for(;!b;){E++;let N=Zr(E),F=ji(E);b=E==at||N&&F,b||(ut(n.width,n.height),vt=!0)}}function yt({width:b,height:E}){B(b,E)}n.setSize=yt;function Mt(){let b=!1,E=!1,N=!1,F=!1;M.forEach((X,Q)=>{if(X.show&&X._show){let{side:ft,_size:_t}=X,St=ft%2,Nt=X.label!=null?X.labelSize:0,Dt=_t+Nt;Dt>0&&(St?(z-=Dt,ft==3?(jt+=Dt,F=!0):N=!0):(Rt-=Dt,ft==0?(oe+=Dt,b=!0):E=!0))}}),Zi[0]=b,Zi[1]=N,Zi[2]=E,Zi[3]=F,z-=Ui[1]+Ui[3],jt+=Ui[3],Rt-=Ui[2]+Ui[0],oe+=Ui[0]}function Wt(){let b=jt+z,E=oe+Rt,N=jt,F=oe;function X(Q,ft){switch(Q){case 1:return b+=ft,b-ft;case 2:return E+=ft,E-ft;case 3:return N-=ft,N+ft;case 0:return F-=ft,F+ft}}M.forEach((Q,ft)=>{if(Q.show&&Q._show){let _t=Q.side;Q._pos=X(_t,Q._size),Q.label!=null&&(Q._lpos=X(_t,Q.labelSize))}})}if(st.dataIdx==null){let b=st.hover,E=b.skip=new Set(b.skip??[]);E.add(void 0);let N=b.prox=xe(b.prox),F=b.bias??=0;st.dataIdx=(X,Q,ft,_t)=>{if(Q==0)return ft;let St=ft,Nt=N(X,Q,ft,_t)??Be,Dt=Nt>=0&&Nt<Be,Ot=R.ori==0?z:Rt,re=st.left,we=t[0],Se=t[Q];if(E.has(Se[ft])){St=null;let ge=null,Kt=null,Xt;if(F==0||F==-1)for(Xt=ft;ge==null&&Xt-- >0;)E.has(Se[Xt])||(ge=Xt);if(F==0||F==1)for(Xt=ft;Kt==null&&Xt++<Se.length;)E.has(Se[Xt])||(Kt=Xt);if(ge!=null||Kt!=null)if(Dt){let Ye=ge==null?-1/0:k(we[ge],R,Ot,0),an=Kt==null?1/0:k(we[Kt],R,Ot,0),Dn=re-Ye,Ue=an-re;Dn<=Ue?Dn<=Nt&&(St=ge):Ue<=Nt&&(St=Kt)}else St=Kt==null?ge:ge==null?Kt:ft-ge<=Kt-ft?ge:Kt}else Dt&&An(re-k(we[ft],R,Ot,0))>Nt&&(St=null);return St}}let te=b=>{st.event=b};st.idxs=tt,st._lock=!1;let pt=st.points;pt.show=xe(pt.show),pt.size=xe(pt.size),pt.stroke=xe(pt.stroke),pt.width=xe(pt.width),pt.fill=xe(pt.fill);let Bt=n.focus=vn({},i.focus||{alpha:.3},st.focus),ee=Bt.prox>=0,Ct=ee&&pt.one,ae=[],We=[],Jn=[];function ha(b,E){let N=pt.show(n,E);if(N instanceof HTMLElement)return gi(N,Ox),gi(N,b.class),ns(N,-10,-10,z,Rt),m.insertBefore(N,ae[E]),N}function qr(b,E){if(s==1||E>0){let N=s==1&&v[b.scale].time,F=b.value;b.value=N?hm(F)?_m(O,gm(F,V)):F||j:F||jy,b.label=b.label||(N?Hy:Gy)}if(Ct||E>0){b.width=b.width==null?1:b.width,b.paths=b.paths||uv||ey,b.fillTo=xe(b.fillTo||nv),b.pxAlign=+Me(b.pxAlign,y),b.pxRound=Am(b.pxAlign),b.stroke=xe(b.stroke||null),b.fill=xe(b.fill||null),b._stroke=b._fill=b._paths=b._focus=null;let N=Ky(ei(1,b.width),1),F=b.points=vn({},{size:N,width:ei(1,N*.2),stroke:b.stroke,space:N*2,paths:dv,_stroke:null,_fill:null},b.points);F.show=xe(F.show),F.filter=xe(F.filter),F.fill=xe(F.fill),F.stroke=xe(F.stroke),F.paths=xe(F.paths),F.pxAlign=b.pxAlign}if(q){let N=De(b,E);Jt.splice(E,0,N[0]),kt.splice(E,0,N[1]),ht.values.push(null)}if(rt){tt.splice(E,0,null);let N=null;Ct?E==0&&(N=ha(b,E)):E>0&&(N=ha(b,E)),ae.splice(E,0,N),We.splice(E,0,0),Jn.splice(E,0,0)}Nn("addSeries",E)}function Nu(b,E){E=E??x.length,b=s==1?cd(b,E,ym,wm):cd(b,E,{},Mm),x.splice(E,0,b),qr(x[E],E)}n.addSeries=Nu;function Dl(b){if(x.splice(b,1),q){ht.values.splice(b,1),kt.splice(b,1);let E=Jt.splice(b,1)[0];Mn(null,E.firstChild),E.remove()}rt&&(tt.splice(b,1),ae.splice(b,1)[0].remove(),We.splice(b,1),Jn.splice(b,1)),Nn("delSeries",b)}n.delSeries=Dl;let Zi=[!1,!1,!1,!1];function ps(b,E){if(b._show=b.show,b.show){let N=b.side%2,F=v[b.scale];F==null&&(b.scale=N?x[1].scale:w,F=v[b.scale]);let X=F.time;b.size=xe(b.size),b.space=xe(b.space),b.rotate=xe(b.rotate),qs(b.incrs)&&b.incrs.forEach(ft=>{!Ys.has(ft)&&Ys.set(ft,Bm(ft))}),b.incrs=xe(b.incrs||(F.distr==2?My:X?g==1?Ty:Cy:gr)),b.splits=xe(b.splits||(X&&F.distr==1?it:F.distr==3?rd:F.distr==4?qy:Xy)),b.stroke=xe(b.stroke),b.grid.stroke=xe(b.grid.stroke),b.ticks.stroke=xe(b.ticks.stroke),b.border.stroke=xe(b.border.stroke);let Q=b.values;b.values=qs(Q)&&!qs(Q[0])?xe(Q):X?qs(Q)?mm(O,pm(Q,V)):hm(Q)?Iy(O,Q):Q||Y:Q||Wy,b.filter=xe(b.filter||(F.distr>=3&&F.log==10?Zy:F.distr==3&&F.log==2?Jy:Om)),b.font=Pm(b.font),b.labelFont=Pm(b.labelFont),b._size=b.size(n,null,E,0),b._space=b._rotate=b._incrs=b._found=b._splits=b._values=null,b._size>0&&(Zi[E]=!0,b._el=Ei(Nx,u))}}function ms(b,E,N,F){let[X,Q,ft,_t]=N,St=E%2,Nt=0;return St==0&&(_t||Q)&&(Nt=E==0&&!X||E==2&&!ft?Tn(xm.size/3):0),St==1&&(X||ft)&&(Nt=E==1&&!Q||E==3&&!_t?Tn(bm.size/2):0),Nt}let ua=n.padding=(i.padding||[ms,ms,ms,ms]).map(b=>xe(Me(b,ms))),Ui=n._padding=ua.map((b,E)=>b(n,E,Zi,0)),rn,cn=null,hn=null,Ji=s==1?x[0].idxs:null,di=null,Bs=!1;function da(b,E){if(t=b??[],n.data=n._data=t,s==2){rn=0;for(let N=1;N<x.length;N++)rn+=t[N][0].length}else{t.length==0&&(n.data=n._data=t=[[]]),di=t[0],rn=di.length;let N=t;if(U==2){N=t.slice();let F=N[0]=Array(rn);for(let X=0;X<rn;X++)F[X]=X}n._data=t=N}if(he(!0),Nn("setData"),U==2&&(bt=!0),E!==!1){let N=R;N.auto(n,Bs)?fa():Gs(w,N.min,N.max),ot=ot||st.left>=0,xt=!0,Hn()}}n.setData=da;function fa(){Bs=!0;let b,E;s==1&&(rn>0?(cn=Ji[0]=0,hn=Ji[1]=rn-1,b=t[0][cn],E=t[0][hn],U==2?(b=cn,E=hn):b==E&&(U==3?[b,E]=sc(b,b,R.log,!1):U==4?[b,E]=fd(b,b,R.log,!1):R.time?E=b+Tn(86400/g):[b,E]=ec(b,E,pd,!0))):(cn=Ji[0]=b=null,hn=Ji[1]=E=null)),Gs(w,b,E)}let Yr,zs,$r,C,W,et,J,K,At,Pt;function Et(b,E,N,F,X,Q){b??=Yp,N??=gd,F??="butt",X??=Yp,Q??="round",b!=Yr&&(d.strokeStyle=Yr=b),X!=zs&&(d.fillStyle=zs=X),E!=$r&&(d.lineWidth=$r=E),Q!=W&&(d.lineJoin=W=Q),F!=et&&(d.lineCap=et=F),N!=C&&d.setLineDash(C=N)}function It(b,E,N,F){E!=zs&&(d.fillStyle=zs=E),b!=J&&(d.font=J=b),N!=K&&(d.textAlign=K=N),F!=At&&(d.textBaseline=At=F)}function Vt(b,E,N,F,X=0){if(F.length>0&&b.auto(n,Bs)&&(E==null||E.min==null)){let Q=Me(cn,0),ft=Me(hn,F.length-1),_t=N.min==null?Zx(F,Q,ft,X,b.distr==3):[N.min,N.max];b.min=zi(b.min,N.min=_t[0]),b.max=ei(b.max,N.max=_t[1])}}let ne={min:null,max:null};function fe(){for(let F in v){let X=v[F];G[F]==null&&(X.min==null||G[w]!=null&&X.auto(n,Bs))&&(G[F]=ne)}for(let F in v){let X=v[F];G[F]==null&&X.from!=null&&G[X.from]!=null&&(G[F]=ne)}G[w]!=null&&he(!0);let b={};for(let F in G){let X=G[F];if(X!=null){let Q=b[F]=uo(v[F],sy);if(X.min!=null)vn(Q,X);else if(F!=w||s==2)if(rn==0&&Q.from==null){let ft=Q.range(n,null,null,F);Q.min=ft[0],Q.max=ft[1]}else Q.min=Be,Q.max=-Be}}if(rn>0){x.forEach((F,X)=>{if(s==1){let Q=F.scale,ft=G[Q];if(ft==null)return;let _t=b[Q];if(X==0){let St=_t.range(n,_t.min,_t.max,Q);_t.min=St[0],_t.max=St[1],cn=Bi(_t.min,t[0]),hn=Bi(_t.max,t[0]),hn-cn>1&&(t[0][cn]<_t.min&&cn++,t[0][hn]>_t.max&&hn--),F.min=di[cn],F.max=di[hn]}else F.show&&F.auto&&Vt(_t,ft,F,t[X],F.sorted);F.idxs[0]=cn,F.idxs[1]=hn}else if(X>0&&F.show&&F.auto){let[Q,ft]=F.facets,_t=Q.scale,St=ft.scale,[Nt,Dt]=t[X],Ot=b[_t],re=b[St];Ot!=null&&Vt(Ot,G[_t],Q,Nt,Q.sorted),re!=null&&Vt(re,G[St],ft,Dt,ft.sorted),F.min=ft.min,F.max=ft.max}});for(let F in b){let X=b[F],Q=G[F];if(X.from==null&&(Q==null||Q.min==null)){let ft=X.range(n,X.min==Be?null:X.min,X.max==-Be?null:X.max,F);X.min=ft[0],X.max=ft[1]}}}for(let F in b){let X=b[F];if(X.from!=null){let Q=b[X.from];if(Q.min==null)X.min=X.max=null;else{let ft=X.range(n,Q.min,Q.max,F);X.min=ft[0],X.max=ft[1]}}}let E={},N=!1;for(let F in b){let X=b[F],Q=v[F];if(Q.min!=X.min||Q.max!=X.max){Q.min=X.min,Q.max=X.max;let ft=Q.distr;Q._min=ft==3?ys(Q.min):ft==4?Ju(Q.min,Q.asinh):ft==100?Q.fwd(Q.min):Q.min,Q._max=ft==3?ys(Q.max):ft==4?Ju(Q.max,Q.asinh):ft==100?Q.fwd(Q.max):Q.max,E[F]=N=!0}}if(N){x.forEach((F,X)=>{s==2?X>0&&E.y&&(F._paths=null):E[F.scale]&&(F._paths=null)});for(let F in E)bt=!0,Nn("setScale",F);rt&&st.left>=0&&(ot=xt=!0)}for(let F in G)G[F]=null}function zt(b){let E=sd(cn-1,0,rn-1),N=sd(hn+1,0,rn-1);for(;b[E]==null&&E>0;)E--;for(;b[N]==null&&N<rn-1;)N++;return[E,N]}function pe(){if(rn>0){let b=x.some(E=>E._focus)&&Pt!=Bt.alpha;b&&(d.globalAlpha=Pt=Bt.alpha),x.forEach((E,N)=>{if(N>0&&E.show&&(en(N,!1),en(N,!0),E._paths==null)){let F=Pt;Pt!=E.alpha&&(d.globalAlpha=Pt=E.alpha);let X=s==2?[0,t[N][0].length-1]:zt(t[N]);E._paths=E.paths(n,N,X[0],X[1]),Pt!=F&&(d.globalAlpha=Pt=F)}}),x.forEach((E,N)=>{if(N>0&&E.show){let F=Pt;Pt!=E.alpha&&(d.globalAlpha=Pt=E.alpha),E._paths!=null&&Pe(N,!1);{let X=E._paths!=null?E._paths.gaps:null,Q=E.points.show(n,N,cn,hn,X),ft=E.points.filter(n,N,Q,X);(Q||ft)&&(E.points._paths=E.points.paths(n,N,cn,hn,ft),Pe(N,!0))}Pt!=F&&(d.globalAlpha=Pt=F),Nn("drawSeries",N)}}),b&&(d.globalAlpha=Pt=1)}}function en(b,E){let N=E?x[b].points:x[b];N._stroke=N.stroke(n,b),N._fill=N.fill(n,b)}function Pe(b,E){let N=E?x[b].points:x[b],{stroke:F,fill:X,clip:Q,flags:ft,_stroke:_t=N._stroke,_fill:St=N._fill,_width:Nt=N.width}=N._paths;Nt=ze(Nt*Te,3);let Dt=null,Ot=Nt%2/2;E&&St==null&&(St=Nt>0?"#fff":_t);let re=N.pxAlign==1&&Ot>0;if(re&&d.translate(Ot,Ot),!E){let we=L-Nt/2,Se=T-Nt/2,ge=$+Nt,Kt=mt+Nt;Dt=new Path2D,Dt.rect(we,Se,ge,Kt)}E?Ft(_t,Nt,N.dash,N.cap,St,F,X,ft,Q):Ie(b,_t,Nt,N.dash,N.cap,St,F,X,ft,Dt,Q),re&&d.translate(-Ot,-Ot)}function Ie(b,E,N,F,X,Q,ft,_t,St,Nt,Dt){let Ot=!1;St!=0&&A.forEach((re,we)=>{if(re.series[0]==b){let Se=x[re.series[1]],ge=t[re.series[1]],Kt=(Se._paths||Ma).band;qs(Kt)&&(Kt=re.dir==1?Kt[0]:Kt[1]);let Xt,Ye=null;Se.show&&Kt&&jx(ge,cn,hn)?(Ye=re.fill(n,we)||Q,Xt=Se._paths.clip):Kt=null,Ft(E,N,F,X,Ye,ft,_t,St,Nt,Dt,Xt,Kt),Ot=!0}}),Ot||Ft(E,N,F,X,Q,ft,_t,St,Nt,Dt)}let wn=fo|ad;function Ft(b,E,N,F,X,Q,ft,_t,St,Nt,Dt,Ot){Et(b,E,N,F,X),(St||Nt||Ot)&&(d.save(),St&&d.clip(St),Nt&&d.clip(Nt)),Ot?(_t&wn)==wn?(d.clip(Ot),Dt&&d.clip(Dt),_e(X,ft),gn(b,Q,E)):_t&ad?(_e(X,ft),d.clip(Ot),gn(b,Q,E)):_t&fo&&(d.save(),d.clip(Ot),Dt&&d.clip(Dt),_e(X,ft),d.restore(),gn(b,Q,E)):(_e(X,ft),gn(b,Q,E)),(St||Nt||Ot)&&d.restore()}function gn(b,E,N){N>0&&(E instanceof Map?E.forEach((F,X)=>{d.strokeStyle=Yr=X,d.stroke(F)}):E!=null&&b&&d.stroke(E))}function _e(b,E){E instanceof Map?E.forEach((N,F)=>{d.fillStyle=zs=F,d.fill(N)}):E!=null&&b&&d.fill(E)}function gs(b,E,N,F){let X=M[b],Q;if(F<=0)Q=[0,0];else{let ft=X._space=X.space(n,b,E,N,F),_t=X._incrs=X.incrs(n,b,E,N,F,ft);Q=xv(E,N,_t,F,ft)}return X._found=Q}function _n(b,E,N,F,X,Q,ft,_t,St,Nt){let Dt=ft%2/2;y==1&&d.translate(Dt,Dt),Et(_t,ft,St,Nt,_t),d.beginPath();let Ot,re,we,Se,ge=X+(F==0||F==3?-Q:Q);N==0?(re=X,Se=ge):(Ot=X,we=ge);for(let Kt=0;Kt<b.length;Kt++)E[Kt]!=null&&(N==0?Ot=we=b[Kt]:re=Se=b[Kt],d.moveTo(Ot,re),d.lineTo(we,Se));d.stroke(),y==1&&d.translate(-Dt,-Dt)}function Zr(b){let E=!0;return M.forEach((N,F)=>{if(!N.show)return;let X=v[N.scale];if(X.min==null){N._show&&(E=!1,N._show=!1,he(!1));return}else N._show||(E=!1,N._show=!0,he(!1));let Q=N.side,ft=Q%2,{min:_t,max:St}=X,[Nt,Dt]=gs(F,_t,St,ft==0?z:Rt);if(Dt==0)return;let Ot=X.distr==2,re=N._splits=N.splits(n,F,_t,St,Nt,Dt,Ot),we=X.distr==2?re.map(Xt=>di[Xt]):re,Se=X.distr==2?di[re[1]]-di[re[0]]:Nt,ge=N._values=N.values(n,N.filter(n,we,F,Dt,Se),F,Dt,Se);N._rotate=Q==2?N.rotate(n,ge,F,Dt):0;let Kt=N._size;N._size=Ci(N.size(n,ge,F,b)),Kt!=null&&N._size!=Kt&&(E=!1)}),E}function ji(b){let E=!0;return ua.forEach((N,F)=>{let X=N(n,F,Zi,b);X!=Ui[F]&&(E=!1),Ui[F]=X}),E}function _s(){for(let b=0;b<M.length;b++){let E=M[b];if(!E.show||!E._show)continue;let N=E.side,F=N%2,X,Q,ft=E.stroke(n,b),_t=N==0||N==3?-1:1,[St,Nt]=E._found;if(E.label!=null){let Qn=E.labelGap*_t,mi=Tn((E._lpos+Qn)*Te);It(E.labelFont[0],ft,"center",N==2?"top":qp),d.save(),F==1?(X=Q=0,d.translate(mi,Tn(T+mt/2)),d.rotate((N==3?-Ql:Ql)/2)):(X=Tn(L+$/2),Q=mi);let dr=Um(E.label)?E.label(n,b,St,Nt):E.label;d.fillText(dr,X,Q),d.restore()}if(Nt==0)continue;let Dt=v[E.scale],Ot=F==0?$:mt,re=F==0?L:T,we=E._splits,Se=Dt.distr==2?we.map(Qn=>di[Qn]):we,ge=Dt.distr==2?di[we[1]]-di[we[0]]:St,Kt=E.ticks,Xt=E.border,Ye=Kt.show?Kt.size:0,an=Tn(Ye*Te),Dn=Tn((E.alignTo==2?E._size-Ye-E.gap:E.gap)*Te),Ue=E._rotate*-Ql/180,ln=p(E._pos*Te),fi=(an+Dn)*_t,Kn=ln+fi;Q=F==0?Kn:0,X=F==1?Kn:0;let Ti=E.font[0],Fi=E.align==1?oo:E.align==2?Yu:Ue>0?oo:Ue<0?Yu:F==0?"center":N==3?Yu:oo,ts=Ue||F==1?"middle":N==2?"top":qp;It(Ti,ft,Fi,ts);let pi=E.font[1]*E.lineGap,Ai=we.map(Qn=>p(a(Qn,Dt,Ot,re))),Oi=E._values;for(let Qn=0;Qn<Oi.length;Qn++){let mi=Oi[Qn];if(mi!=null){F==0?X=Ai[Qn]:Q=Ai[Qn],mi=""+mi;let dr=mi.indexOf(`
`)==-1?[mi]:mi.split(/\n/gm);for(let ti=0;ti<dr.length;ti++){let Fp=dr[ti];Ue?(d.save(),d.translate(X,Q+ti*pi),d.rotate(Ue),d.fillText(Fp,0,0),d.restore()):d.fillText(Fp,X,Q+ti*pi)}}}Kt.show&&_n(Ai,Kt.filter(n,Se,b,Nt,ge),F,N,ln,an,ze(Kt.width*Te,3),Kt.stroke(n,b),Kt.dash,Kt.cap);let es=E.grid;es.show&&_n(Ai,es.filter(n,Se,b,Nt,ge),F,F==0?2:1,F==0?T:L,F==0?mt:$,ze(es.width*Te,3),es.stroke(n,b),es.dash,es.cap),Xt.show&&_n([ln],[1],F==0?1:0,F==0?1:2,F==1?T:L,F==1?mt:$,ze(Xt.width*Te,3),Xt.stroke(n,b),Xt.dash,Xt.cap)}Nn("drawAxes")}function he(b){x.forEach((E,N)=>{N>0&&(E._paths=null,b&&(s==1?(E.min=null,E.max=null):E.facets.forEach(F=>{F.min=null,F.max=null})))})}let on=!1,jn=!1,Le=[];function xn(){jn=!1;for(let b=0;b<Le.length;b++)Nn(...Le[b]);Le.length=0}function Hn(){on||(uy(xp),on=!0)}function Ul(b,E=!1){on=!0,jn=E,b(n),xp(),E&&Le.length>0&&queueMicrotask(xn)}n.batch=Ul;function xp(){if(dt&&(fe(),dt=!1),bt&&(Tt(),bt=!1),vt){if($e(f,oo,jt),$e(f,"top",oe),$e(f,ya,z),$e(f,va,Rt),$e(m,oo,jt),$e(m,"top",oe),$e(m,ya,z),$e(m,va,Rt),$e(u,ya,sn),$e(u,va,mn),h.width=Tn(sn*Te),h.height=Tn(mn*Te),M.forEach(({_el:b,_show:E,_size:N,_pos:F,side:X})=>{if(b!=null)if(E){let Q=X===3||X===0?N:0,ft=X%2==1;$e(b,ft?"left":"top",F-Q),$e(b,ft?"width":"height",N),$e(b,ft?"top":"left",ft?oe:jt),$e(b,ft?"height":"width",ft?Rt:z),nd(b,_r)}else gi(b,_r)}),Yr=zs=$r=W=et=J=K=At=C=null,Pt=1,ga(!0),jt!=wt||oe!=Oe||z!=Gt||Rt!=Zt){he(!1);let b=z/Gt,E=Rt/Zt;if(rt&&!ot&&st.left>=0){st.left*=b,st.top*=E,Jr&&ns(Jr,Tn(st.left),0,z,Rt),jr&&ns(jr,0,Tn(st.top),z,Rt);for(let N=0;N<ae.length;N++){let F=ae[N];F!=null&&(We[N]*=b,Jn[N]*=E,ns(F,Ci(We[N]),Ci(Jn[N]),z,Rt))}}if(qe.show&&!ct&&qe.left>=0&&qe.width>0){qe.left*=b,qe.width*=b,qe.top*=E,qe.height*=E;for(let N in Bu)$e(to,N,qe[N])}wt=jt,Oe=oe,Gt=z,Zt=Rt}Nn("setSize"),vt=!1}sn>0&&mn>0&&(d.clearRect(0,0,h.width,h.height),Nn("drawClear"),S.forEach(b=>b()),Nn("draw")),qe.show&&ct&&(Fl(qe),ct=!1),rt&&ot&&(ur(null,!0,!1),ot=!1),ht.show&&ht.live&&xt&&(Ou(),xt=!1),l||(l=!0,n.status=1,Nn("ready")),Bs=!1,on=!1}n.redraw=(b,E)=>{bt=E||!1,b!==!1?Gs(w,R.min,R.max):Hn()};function Du(b,E){let N=v[b];if(N.from==null){if(rn==0){let F=N.range(n,E.min,E.max,b);E.min=F[0],E.max=F[1]}if(E.min>E.max){let F=E.min;E.min=E.max,E.max=F}if(rn>1&&E.min!=null&&E.max!=null&&E.max-E.min<1e-16)return;b==w&&N.distr==2&&rn>0&&(E.min=Bi(E.min,t[0]),E.max=Bi(E.max,t[0]),E.min==E.max&&E.max++),G[b]=E,dt=!0,Hn()}}n.setScale=Du;let Uu,Fu,Jr,jr,yp,vp,Kr,Qr,bp,Sp,Xe,Ke,Vs=!1,Bn=st.drag,In=Bn.x,Ln=Bn.y;rt&&(st.x&&(Uu=Ei(Ux,m)),st.y&&(Fu=Ei(Fx,m)),R.ori==0?(Jr=Uu,jr=Fu):(Jr=Fu,jr=Uu),Xe=st.left,Ke=st.top);let qe=n.select=vn({show:!0,over:!0,left:0,width:0,top:0,height:0},i.select),to=qe.show?Ei(Dx,qe.over?m:f):null;function Fl(b,E){if(qe.show){for(let N in b)qe[N]=b[N],N in Bu&&$e(to,N,b[N]);E!==!1&&Nn("setSelect")}}n.setSelect=Fl;function K_(b){if(x[b].show)q&&nd(Jt[b],_r);else if(q&&gi(Jt[b],_r),rt){let N=Ct?ae[0]:ae[b];N!=null&&ns(N,-10,-10,z,Rt)}}function Gs(b,E,N){Du(b,{min:E,max:N})}function Ki(b,E,N,F){E.focus!=null&&ix(b),E.show!=null&&x.forEach((X,Q)=>{Q>0&&(b==Q||b==null)&&(X.show=E.show,K_(Q),s==2?(Gs(X.facets[0].scale,null,null),Gs(X.facets[1].scale,null,null)):Gs(X.scale,null,null),Hn())}),N!==!1&&Nn("setSeries",b,E),F&&_a("setSeries",n,b,E)}n.setSeries=Ki;function Q_(b,E){vn(A[b],E)}function tx(b,E){b.fill=xe(b.fill||null),b.dir=Me(b.dir,-1),E=E??A.length,A.splice(E,0,b)}function ex(b){b==null?A.length=0:A.splice(b,1)}n.addBand=tx,n.setBand=Q_,n.delBand=ex;function nx(b,E){x[b].alpha=E,rt&&ae[b]!=null&&(ae[b].style.opacity=E),q&&Jt[b]&&(Jt[b].style.opacity=E)}let xs,Hs,hr,eo={focus:!0};function ix(b){if(b!=hr){let E=b==null,N=Bt.alpha!=1;x.forEach((F,X)=>{if(s==1||X>0){let Q=E||X==0||X==b;F._focus=E?null:Q,N&&nx(X,Q?1:Bt.alpha)}}),hr=b,N&&Hn()}}q&&ee&&be(Jp,lt,b=>{st._lock||(te(b),hr!=null&&Ki(null,eo,!0,yn.setSeries))});function Qi(b,E,N){let F=v[E];N&&(b=b/Te-(F.ori==1?oe:jt));let X=z;F.ori==1&&(X=Rt,b=X-b),F.dir==-1&&(b=X-b);let Q=F._min,ft=F._max,_t=b/X,St=Q+(ft-Q)*_t,Nt=F.distr;return Nt==3?co(10,St):Nt==4?Qx(St,F.asinh):Nt==100?F.bwd(St):St}function sx(b,E){let N=Qi(b,w,E);return Bi(N,t[0],cn,hn)}n.valToIdx=b=>Bi(b,t[0]),n.posToIdx=sx,n.posToVal=Qi,n.valToPos=(b,E,N)=>v[E].ori==0?r(b,v[E],N?$:z,N?L:0):o(b,v[E],N?mt:Rt,N?T:0),n.setCursor=(b,E,N)=>{Xe=b.left,Ke=b.top,ur(null,E,N)};function Mp(b,E){$e(to,oo,qe.left=b),$e(to,ya,qe.width=E)}function wp(b,E){$e(to,"top",qe.top=b),$e(to,va,qe.height=E)}let pa=R.ori==0?Mp:wp,ma=R.ori==1?Mp:wp;function rx(){if(q&&ht.live)for(let b=s==2?1:0;b<x.length;b++){if(b==0&&ce)continue;let E=ht.values[b],N=0;for(let F in E)kt[b][N++].firstChild.nodeValue=E[F]}}function Ou(b,E){if(b!=null&&(b.idxs?b.idxs.forEach((N,F)=>{tt[F]=N}):iy(b.idx)||tt.fill(b.idx),ht.idx=tt[0]),q&&ht.live){for(let N=0;N<x.length;N++)(N>0||s==1&&!ce)&&ox(N,tt[N]);rx()}xt=!1,E!==!1&&Nn("setLegend")}n.setLegend=Ou;function ox(b,E){let N=x[b],F=b==0&&U==2?di:t[b],X;ce?X=N.values(n,b,E)??se:(X=N.value(n,E==null?null:F[E],b,E),X=X==null?se:{_:X}),ht.values[b]=X}function ur(b,E,N){bp=Xe,Sp=Ke,[Xe,Ke]=st.move(n,Xe,Ke),st.left=Xe,st.top=Ke,rt&&(Jr&&ns(Jr,Tn(Xe),0,z,Rt),jr&&ns(jr,0,Tn(Ke),z,Rt));let F,X=cn>hn;xs=Be,Hs=null;let Q=R.ori==0?z:Rt,ft=R.ori==1?z:Rt;if(Xe<0||rn==0||X){F=st.idx=null;for(let _t=0;_t<x.length;_t++){let St=ae[_t];St!=null&&ns(St,-10,-10,z,Rt)}ee&&Ki(null,eo,!0,b==null&&yn.setSeries),ht.live&&(tt.fill(F),xt=!0)}else{let _t,St,Nt;s==1&&(_t=R.ori==0?Xe:Ke,St=Qi(_t,w),F=st.idx=Bi(St,t[0],cn,hn),Nt=k(t[0][F],R,Q,0));let Dt=-10,Ot=-10,re=0,we=0,Se=!0,ge="",Kt="";for(let Xt=s==2?1:0;Xt<x.length;Xt++){let Ye=x[Xt],an=tt[Xt],Dn=an==null?null:s==1?t[Xt][an]:t[Xt][1][an],Ue=st.dataIdx(n,Xt,F,St),ln=Ue==null?null:s==1?t[Xt][Ue]:t[Xt][1][Ue];if(xt=xt||ln!=Dn||Ue!=an,tt[Xt]=Ue,Xt>0&&Ye.show){let fi=Ue==null?-10:Ue==F?Nt:k(s==1?t[0][Ue]:t[Xt][0][Ue],R,Q,0),Kn=ln==null?-10:D(ln,s==1?v[Ye.scale]:v[Ye.facets[1].scale],ft,0);if(ee&&ln!=null){let Ti=R.ori==1?Xe:Ke,Fi=An(Bt.dist(n,Xt,Ue,Kn,Ti));if(Fi<xs){let ts=Bt.bias;if(ts!=0){let pi=Qi(Ti,Ye.scale),Ai=ln>=0?1:-1,Oi=pi>=0?1:-1;Oi==Ai&&(Oi==1?ts==1?ln>=pi:ln<=pi:ts==1?ln<=pi:ln>=pi)&&(xs=Fi,Hs=Xt)}else xs=Fi,Hs=Xt}}if(xt||Ct){let Ti,Fi;R.ori==0?(Ti=fi,Fi=Kn):(Ti=Kn,Fi=fi);let ts,pi,Ai,Oi,es,Qn,mi=!0,dr=pt.bbox;if(dr!=null){mi=!1;let ti=dr(n,Xt);Ai=ti.left,Oi=ti.top,ts=ti.width,pi=ti.height}else Ai=Ti,Oi=Fi,ts=pi=pt.size(n,Xt);if(Qn=pt.fill(n,Xt),es=pt.stroke(n,Xt),Ct)Xt==Hs&&xs<=Bt.prox&&(Dt=Ai,Ot=Oi,re=ts,we=pi,Se=mi,ge=Qn,Kt=es);else{let ti=ae[Xt];ti!=null&&(We[Xt]=Ai,Jn[Xt]=Oi,im(ti,ts,pi,mi),em(ti,Qn,es),ns(ti,Ci(Ai),Ci(Oi),z,Rt))}}}}if(Ct){let Xt=Bt.prox,Ye=hr==null?xs<=Xt:xs>Xt||Hs!=hr;if(xt||Ye){let an=ae[0];an!=null&&(We[0]=Dt,Jn[0]=Ot,im(an,re,we,Se),em(an,ge,Kt),ns(an,Ci(Dt),Ci(Ot),z,Rt))}}}if(qe.show&&Vs)if(b!=null){let[_t,St]=yn.scales,[Nt,Dt]=yn.match,[Ot,re]=b.cursor.sync.scales,we=b.cursor.drag;if(In=we._x,Ln=we._y,In||Ln){let{left:Se,top:ge,width:Kt,height:Xt}=b.select,Ye=b.scales[Ot].ori,an=b.posToVal,Dn,Ue,ln,fi,Kn,Ti=_t!=null&&Nt(_t,Ot),Fi=St!=null&&Dt(St,re);Ti&&In?(Ye==0?(Dn=Se,Ue=Kt):(Dn=ge,Ue=Xt),ln=v[_t],fi=k(an(Dn,Ot),ln,Q,0),Kn=k(an(Dn+Ue,Ot),ln,Q,0),pa(zi(fi,Kn),An(Kn-fi))):pa(0,Q),Fi&&Ln?(Ye==1?(Dn=Se,Ue=Kt):(Dn=ge,Ue=Xt),ln=v[St],fi=D(an(Dn,re),ln,ft,0),Kn=D(an(Dn+Ue,re),ln,ft,0),ma(zi(fi,Kn),An(Kn-fi))):ma(0,ft)}else zu()}else{let _t=An(bp-yp),St=An(Sp-vp);if(R.ori==1){let re=_t;_t=St,St=re}In=Bn.x&&_t>=Bn.dist,Ln=Bn.y&&St>=Bn.dist;let Nt=Bn.uni;Nt!=null?In&&Ln&&(In=_t>=Nt,Ln=St>=Nt,!In&&!Ln&&(St>_t?Ln=!0:In=!0)):Bn.x&&Bn.y&&(In||Ln)&&(In=Ln=!0);let Dt,Ot;In&&(R.ori==0?(Dt=Kr,Ot=Xe):(Dt=Qr,Ot=Ke),pa(zi(Dt,Ot),An(Ot-Dt)),Ln||ma(0,ft)),Ln&&(R.ori==1?(Dt=Kr,Ot=Xe):(Dt=Qr,Ot=Ke),ma(zi(Dt,Ot),An(Ot-Dt)),In||pa(0,Q)),!In&&!Ln&&(pa(0,0),ma(0,0))}if(Bn._x=In,Bn._y=Ln,b==null){if(N){if(Up!=null){let[_t,St]=yn.scales;yn.values[0]=_t!=null?Qi(R.ori==0?Xe:Ke,_t):null,yn.values[1]=St!=null?Qi(R.ori==1?Xe:Ke,St):null}_a($u,n,Xe,Ke,z,Rt,F)}if(ee){let _t=N&&yn.setSeries,St=Bt.prox;hr==null?xs<=St&&Ki(Hs,eo,!0,_t):xs>St?Ki(null,eo,!0,_t):Hs!=hr&&Ki(Hs,eo,!0,_t)}}xt&&(ht.idx=F,Ou()),E!==!1&&Nn("setCursor")}let Ws=null;Object.defineProperty(n,"rect",{get(){return Ws==null&&ga(!1),Ws}});function ga(b=!1){b?Ws=null:(Ws=m.getBoundingClientRect(),Nn("syncRect",Ws))}function Tp(b,E,N,F,X,Q,ft){st._lock||Vs&&b!=null&&b.movementX==0&&b.movementY==0||(ku(b,E,N,F,X,Q,ft,!1,b!=null),b!=null?ur(null,!0,!0):ur(E,!0,!1))}function ku(b,E,N,F,X,Q,ft,_t,St){if(Ws==null&&ga(!1),te(b),b!=null)N=b.clientX-Ws.left,F=b.clientY-Ws.top;else{if(N<0||F<0){Xe=-10,Ke=-10;return}let[Nt,Dt]=yn.scales,Ot=E.cursor.sync,[re,we]=Ot.values,[Se,ge]=Ot.scales,[Kt,Xt]=yn.match,Ye=E.axes[0].side%2==1,an=R.ori==0?z:Rt,Dn=R.ori==1?z:Rt,Ue=Ye?Q:X,ln=Ye?X:Q,fi=Ye?F:N,Kn=Ye?N:F;if(Se!=null?N=Kt(Nt,Se)?a(re,v[Nt],an,0):-10:N=an*(fi/Ue),ge!=null?F=Xt(Dt,ge)?a(we,v[Dt],Dn,0):-10:F=Dn*(Kn/ln),R.ori==1){let Ti=N;N=F,F=Ti}}St&&(E==null||E.cursor.event.type==$u)&&((N<=1||N>=z-1)&&(N=mr(N,z)),(F<=1||F>=Rt-1)&&(F=mr(F,Rt))),_t?(yp=N,vp=F,[Kr,Qr]=st.move(n,N,F)):(Xe=N,Ke=F)}let Bu={width:0,height:0,left:0,top:0};function zu(){Fl(Bu,!1)}let Ap,Ep,Cp,Rp;function Pp(b,E,N,F,X,Q,ft){Vs=!0,In=Ln=Bn._x=Bn._y=!1,ku(b,E,N,F,X,Q,ft,!0,!1),b!=null&&(be(Zu,td,Ip,!1),_a($p,n,Kr,Qr,z,Rt,null));let{left:_t,top:St,width:Nt,height:Dt}=qe;Ap=_t,Ep=St,Cp=Nt,Rp=Dt}function Ip(b,E,N,F,X,Q,ft){Vs=Bn._x=Bn._y=!1,ku(b,E,N,F,X,Q,ft,!1,!0);let{left:_t,top:St,width:Nt,height:Dt}=qe,Ot=Nt>0||Dt>0,re=Ap!=_t||Ep!=St||Cp!=Nt||Rp!=Dt;if(Ot&&re&&Fl(qe),Bn.setScale&&Ot&&re){let we=_t,Se=Nt,ge=St,Kt=Dt;if(R.ori==1&&(we=St,Se=Dt,ge=_t,Kt=Nt),In&&Gs(w,Qi(we,w),Qi(we+Se,w)),Ln)for(let Xt in v){let Ye=v[Xt];Xt!=w&&Ye.from==null&&Ye.min!=Be&&Gs(Xt,Qi(ge+Kt,Xt),Qi(ge,Xt))}zu()}else st.lock&&(st._lock=!st._lock,ur(E,!0,b!=null));b!=null&&(Mn(Zu,td),_a(Zu,n,Xe,Ke,z,Rt,null))}function ax(b,E,N,F,X,Q,ft){if(st._lock)return;te(b);let _t=Vs;if(Vs){let St=!0,Nt=!0,Dt=10,Ot,re;R.ori==0?(Ot=In,re=Ln):(Ot=Ln,re=In),Ot&&re&&(St=Xe<=Dt||Xe>=z-Dt,Nt=Ke<=Dt||Ke>=Rt-Dt),Ot&&St&&(Xe=Xe<Kr?0:z),re&&Nt&&(Ke=Ke<Qr?0:Rt),ur(null,!0,!0),Vs=!1}Xe=-10,Ke=-10,tt.fill(null),ur(null,!0,!0),_t&&(Vs=_t)}function Lp(b,E,N,F,X,Q,ft){st._lock||(te(b),fa(),zu(),b!=null&&_a(jp,n,Xe,Ke,z,Rt,null))}function Np(){M.forEach(yv),B(n.width,n.height,!0)}xr(tc,lo,Np);let no={};no.mousedown=Pp,no.mousemove=Tp,no.mouseup=Ip,no.dblclick=Lp,no.setSeries=(b,E,N,F)=>{let X=yn.match[2];N=X(n,E,N),N!=-1&&Ki(N,F,!0,!1)},rt&&(be($p,m,Pp),be($u,m,Tp),be(Zp,m,b=>{te(b),ga(!1)}),be(Jp,m,ax),be(jp,m,Lp),ld.add(n),n.syncRect=ga);let Ol=n.hooks=i.hooks||{};function Nn(b,E,N){jn?Le.push([b,E,N]):b in Ol&&Ol[b].forEach(F=>{F.call(null,n,E,N)})}(i.plugins||[]).forEach(b=>{for(let E in b.hooks)Ol[E]=(Ol[E]||[]).concat(b.hooks[E])});let Dp=(b,E,N)=>N,yn=vn({key:null,setSeries:!1,filters:{pub:lm,sub:lm},scales:[w,x[1]?x[1].scale:null],match:[cm,cm,Dp],values:[null,null]},st.sync);yn.match.length==2&&yn.match.push(Dp),st.sync=yn;let Up=yn.key,Vu=rg(Up);function _a(b,E,N,F,X,Q,ft){yn.filters.pub(b,E,N,F,X,Q,ft)&&Vu.pub(b,E,N,F,X,Q,ft)}Vu.sub(n);function lx(b,E,N,F,X,Q,ft){yn.filters.sub(b,E,N,F,X,Q,ft)&&no[b](null,E,N,F,X,Q,ft)}n.pub=lx;function cx(){Vu.unsub(n),ld.delete(n),Pn.clear(),id(tc,lo,Np),c.remove(),lt?.remove(),Nn("destroy")}n.destroy=cx;function Gu(){Nn("init",i,t),da(t||i.data,!1),G[w]?Du(w,G[w]):fa(),ct=qe.show&&(qe.width>0||qe.height>0),ot=xt=!0,B(i.width,i.height)}return x.forEach(qr),M.forEach(ps),e?e instanceof HTMLElement?(e.appendChild(c),Gu()):e(n,Gu):Gu(),n}zn.assign=vn;zn.fmtNum=md;zn.rangeNum=ec;zn.rangeLog=sc;zn.rangeAsinh=fd;zn.orient=vr;zn.pxRatio=Te;zn.join=hy;zn.fmtDate=_d,zn.tzDate=by;zn.sync=rg;{zn.addGap=iv,zn.clipGaps=ac;let i=zn.paths={points:ug};i.linear=fg,i.stepped=ov,i.bars=av,i.spline=cv}var vv=1500,_g=30,br=12,bv=20,Sv=i=>typeof i=="number"?i:null,wd=class{constructor(t){this.times=[],this.values=[],this.head=Z("h3",{},t.name),this.body=Z("div",{class:"plot",role:"img","aria-label":`Values of ${t.name} over the last ${_g} seconds`}),this.legend=Z("ul",{class:"legend"}),this.node=Z("article",{dataset:{device:t.name}},this.head,this.body,this.legend),this.plot=null,this.lines=0}describe(t){let{values:e,unit:n}=t.value;ve(this.head,n?`${t.name} / ${n}`:t.name),e.length!==this.lines&&(this.lines=e.length,this.times=[],this.values=[],this.legend.replaceChildren(...e.slice(0,br).map((s,r)=>Z("li",{},Z("span",{class:`swatch line${r}`}),Z("span",{},`${r+1}: `),Z("span",{dataset:{line:r}})))),e.length>br&&this.legend.append(Z("li",{class:"quiet"},`and ${e.length-br} more`)),this.restyle()),e.slice(0,br).forEach((s,r)=>{let o=this.legend.children[r].lastChild;ke(o,Fe(s,4),s)})}add(t){for(let[n,s]of t)s.length===this.lines&&(this.times.push(n),this.values.push(s.slice(0,br).map(Sv)));let e=this.times.length-vv;e>0&&(this.times.splice(0,e),this.values.splice(0,e))}restyle(){this.plot?.destroy();let t=getComputedStyle(document.documentElement),e=t.getPropertyValue("--ink"),n={stroke:t.getPropertyValue("--line"),width:1},s={stroke:e,grid:n,ticks:n,font:"12px system-ui, sans-serif"},r=Math.min(this.lines,br);this.plot=new zn({width:Math.max(220,this.body.clientWidth||420),height:180,legend:{show:!1},cursor:{show:!1},scales:{x:{time:!1,range:()=>[this.now-_g,this.now]}},axes:[{...s,values:(o,a)=>a.map(l=>`${(l-this.now).toFixed(0)} s`)},{...s,size:60}],series:[{},...Array.from({length:r},(o,a)=>({label:`${a+1}`,stroke:t.getPropertyValue(`--line${a}`),width:1.5}))]},this.data(),this.body)}data(){let t=Math.min(this.lines,br);return[this.times,...Array.from({length:t},(e,n)=>this.values.map(s=>s[n]))]}draw(t){if(this.now=t,!this.plot)return;let e=Math.max(220,this.body.clientWidth);Math.abs(e-this.plot.width)>1&&this.plot.setSize({width:e,height:180}),this.plot.setData(this.data())}},uc=class{constructor(){this.plots=new Map,this.none=Z("p",{class:"quiet"},"No sensor has sent anything yet."),this.body=Z("div",{class:"figures wide"}),this.node=Un("plots","Sensors",this.none,this.body)}reset(){for(let t of[...this.plots.keys()])this.remove(t)}remove(t){let e=this.plots.get(t);e&&(e.plot?.destroy(),e.node.remove(),this.plots.delete(t),this.none.hidden=this.plots.size>0)}restyle(){for(let t of this.plots.values())t.restyle()}update(t,e,n){for(let s of t){if(s.value.shape!=="sensor")continue;let r=this.plots.get(s.id);!r&&this.plots.size<bv&&(r=new wd(s),r.now=n,this.plots.set(s.id,r),this.body.append(r.node),this.none.hidden=!0),r?.describe(s)}for(let[s,r]of Object.entries(e))this.plots.get(Number(s))?.add(r);for(let s of this.plots.values())s.draw(n)}};var rr={LEFT:0,MIDDLE:1,RIGHT:2,ROTATE:0,DOLLY:1,PAN:2},or={ROTATE:0,PAN:1,DOLLY_PAN:2,DOLLY_ROTATE:3},l0=0,uf=1,c0=2;var fl=1,h0=2,ea=3,cs=0,si=1,Vn=2,kr=0,na=1,df=2,ff=3,pf=4,u0=5;var Br=100,d0=101,f0=102,p0=103,m0=104,g0=200,_0=201,x0=202,y0=203,mf=204,gf=205,v0=206,b0=207,S0=208,M0=209,w0=210,T0=211,A0=212,E0=213,C0=214,Wc=0,Xc=1,qc=2,Fo=3,Yc=4,$c=5,Zc=6,Jc=7,pl=0,R0=1,P0=2,hs=0,_f=1,xf=2,yf=3,vf=4,bf=5,Sf=6,Mf=7,Jd="attached",I0="detached",wf=300,zr=301,ia=302,xh=303,yh=304,Cs=1e3,ii=1001,jc=1002,On=1003,L0=1004;var ml=1005;var fn=1006,vh=1007;var Li=1008;var li=1009,Tf=1010,Af=1011,sa=1012,bh=1013,Yi=1014,Ni=1015,$i=1016,Sh=1017,Mh=1018,Vr=1020,Ef=35902,Cf=35899,Rf=1021,Pf=1022,Di=1023,Rs=1026,Fs=1027,If=1028,wh=1029,ar=1030,Th=1031;var Ah=1033,gl=33776,_l=33777,xl=33778,yl=33779,Eh=35840,Ch=35841,Rh=35842,Ph=35843,Ih=36196,Lh=37492,Nh=37496,Dh=37488,Uh=37489,vl=37490,Fh=37491,Oh=37808,kh=37809,Bh=37810,zh=37811,Vh=37812,Gh=37813,Hh=37814,Wh=37815,Xh=37816,qh=37817,Yh=37818,$h=37819,Zh=37820,Jh=37821,jh=36492,Kh=36494,Qh=36495,tu=36283,eu=36284,bl=36285,nu=36286;var Ar=2300,Kc=2301,Gc=2302,Ba=2303,jd=2400,Kd=2401,Qd=2402,N0=2500;var D0=3200;var Sl=0,U0=1,Os="",Ce="srgb",za="srgb-linear",Va="linear",Re="srgb";var Hc=7680;var F0=519,O0=512,k0=513,B0=514,Lf=515,z0=516,V0=517,Nf=518,Df=519,Uf=35044;var Ff="300 es",Pi=2e3,Oo=2001;function Mv(i){for(let t=i.length-1;t>=0;--t)if(i[t]>=65535)return!0;return!1}function wv(i){return ArrayBuffer.isView(i)&&!(i instanceof DataView)}function ko(i){return document.createElementNS("http://www.w3.org/1999/xhtml",i)}function G0(){let i=ko("canvas");return i.style.display="block",i}var xg={},Bo=null;function Ga(...i){let t="THREE."+i.shift();Bo?Bo("log",t,...i):console.log(t,...i)}function H0(i){let t=i[0];if(typeof t=="string"&&t.startsWith("TSL:")){let e=i[1];e&&e.isStackTrace?i[0]+=" "+e.getLocation():i[1]='Stack trace not available. Enable "THREE.Node.captureStackTrace" to capture stack traces.'}return i}function Yt(...i){i=H0(i);let t="THREE."+i.shift();if(Bo)Bo("warn",t,...i);else{let e=i[0];e&&e.isStackTrace?console.warn(e.getError(t)):console.warn(t,...i)}}function Qt(...i){i=H0(i);let t="THREE."+i.shift();if(Bo)Bo("error",t,...i);else{let e=i[0];e&&e.isStackTrace?console.error(e.getError(t)):console.error(t,...i)}}function Fa(...i){let t=i.join(" ");t in xg||(xg[t]=!0,Yt(...i))}function W0(i,t,e){return new Promise(function(n,s){function r(){switch(i.clientWaitSync(t,i.SYNC_FLUSH_COMMANDS_BIT,0)){case i.WAIT_FAILED:s();break;case i.TIMEOUT_EXPIRED:setTimeout(r,e);break;default:n()}}setTimeout(r,e)})}var X0={[Wc]:Wc,[qc]:Zc,[Yc]:Yc,[Fo]:$c,[Xc]:Xc,[Zc]:qc,[Jc]:Jc,[$c]:Fo},Xi=class{addEventListener(t,e){this._listeners===void 0&&(this._listeners={});let n=this._listeners;n[t]===void 0&&(n[t]=[]),n[t].indexOf(e)===-1&&n[t].push(e)}hasEventListener(t,e){let n=this._listeners;return n===void 0?!1:n[t]!==void 0&&n[t].indexOf(e)!==-1}removeEventListener(t,e){let n=this._listeners;if(n===void 0)return;let s=n[t];if(s!==void 0){let r=s.indexOf(e);r!==-1&&s.splice(r,1)}}dispatchEvent(t){let e=this._listeners;if(e===void 0)return;let n=e[t.type];if(n!==void 0){t.target=this;let s=n.slice(0);for(let r=0,o=s.length;r<o;r++)s[r].call(this,t);t.target=null}}},Wn=["00","01","02","03","04","05","06","07","08","09","0a","0b","0c","0d","0e","0f","10","11","12","13","14","15","16","17","18","19","1a","1b","1c","1d","1e","1f","20","21","22","23","24","25","26","27","28","29","2a","2b","2c","2d","2e","2f","30","31","32","33","34","35","36","37","38","39","3a","3b","3c","3d","3e","3f","40","41","42","43","44","45","46","47","48","49","4a","4b","4c","4d","4e","4f","50","51","52","53","54","55","56","57","58","59","5a","5b","5c","5d","5e","5f","60","61","62","63","64","65","66","67","68","69","6a","6b","6c","6d","6e","6f","70","71","72","73","74","75","76","77","78","79","7a","7b","7c","7d","7e","7f","80","81","82","83","84","85","86","87","88","89","8a","8b","8c","8d","8e","8f","90","91","92","93","94","95","96","97","98","99","9a","9b","9c","9d","9e","9f","a0","a1","a2","a3","a4","a5","a6","a7","a8","a9","aa","ab","ac","ad","ae","af","b0","b1","b2","b3","b4","b5","b6","b7","b8","b9","ba","bb","bc","bd","be","bf","c0","c1","c2","c3","c4","c5","c6","c7","c8","c9","ca","cb","cc","cd","ce","cf","d0","d1","d2","d3","d4","d5","d6","d7","d8","d9","da","db","dc","dd","de","df","e0","e1","e2","e3","e4","e5","e6","e7","e8","e9","ea","eb","ec","ed","ee","ef","f0","f1","f2","f3","f4","f5","f6","f7","f8","f9","fa","fb","fc","fd","fe","ff"],yg=1234567,Oa=Math.PI/180,Er=180/Math.PI;function us(){let i=Math.random()*4294967295|0,t=Math.random()*4294967295|0,e=Math.random()*4294967295|0,n=Math.random()*4294967295|0;return(Wn[i&255]+Wn[i>>8&255]+Wn[i>>16&255]+Wn[i>>24&255]+"-"+Wn[t&255]+Wn[t>>8&255]+"-"+Wn[t>>16&15|64]+Wn[t>>24&255]+"-"+Wn[e&63|128]+Wn[e>>8&255]+"-"+Wn[e>>16&255]+Wn[e>>24&255]+Wn[n&255]+Wn[n>>8&255]+Wn[n>>16&255]+Wn[n>>24&255]).toLowerCase()}function me(i,t,e){return Math.max(t,Math.min(e,i))}function Of(i,t){return(i%t+t)%t}function Tv(i,t,e,n,s){return n+(i-t)*(s-n)/(e-t)}function Av(i,t,e){return i!==t?(e-i)/(t-i):0}function ka(i,t,e){return(1-e)*i+e*t}function Ev(i,t,e,n){return ka(i,t,1-Math.exp(-e*n))}function Cv(i,t=1){return t-Math.abs(Of(i,t*2)-t)}function Rv(i,t,e){return i<=t?0:i>=e?1:(i=(i-t)/(e-t),i*i*(3-2*i))}function Pv(i,t,e){return i<=t?0:i>=e?1:(i=(i-t)/(e-t),i*i*i*(i*(i*6-15)+10))}function Iv(i,t){return i+Math.floor(Math.random()*(t-i+1))}function Lv(i,t){return i+Math.random()*(t-i)}function Nv(i){return i*(.5-Math.random())}function Dv(i){i!==void 0&&(yg=i);let t=yg+=1831565813;return t=Math.imul(t^t>>>15,t|1),t^=t+Math.imul(t^t>>>7,t|61),((t^t>>>14)>>>0)/4294967296}function Uv(i){return i*Oa}function Fv(i){return i*Er}function Ov(i){return i>0&&Number.isInteger(i)&&2**Math.round(Math.log2(i))===i}function kv(i){return Math.pow(2,Math.ceil(Math.log(i)/Math.LN2))}function kf(i){return Math.pow(2,Math.floor(Math.log(i)/Math.LN2))}function Bv(i,t,e,n,s){let r=Math.cos,o=Math.sin,a=r(e/2),l=o(e/2),c=r((t+n)/2),h=o((t+n)/2),d=r((t-n)/2),u=o((t-n)/2),f=r((n-t)/2),m=o((n-t)/2);switch(s){case"XYX":i.set(a*h,l*d,l*u,a*c);break;case"YZY":i.set(l*u,a*h,l*d,a*c);break;case"ZXZ":i.set(l*d,l*u,a*h,a*c);break;case"XZX":i.set(a*h,l*m,l*f,a*c);break;case"YXY":i.set(l*f,a*h,l*m,a*c);break;case"ZYZ":i.set(l*m,l*f,a*h,a*c);break;default:Yt("MathUtils: .setQuaternionFromProperEuler() encountered an unknown order: "+s)}}function iu(i){switch(i.constructor){case Uint32Array:return 4294967295;case Uint16Array:return 65535;case Uint8Array:case Uint8ClampedArray:return 255;case Int32Array:return 2147483647;case Int16Array:return 32767;case Int8Array:return 127;default:return}}function Bf(i,t){if(t.constructor===Float32Array)return i;let e=iu(t);if(e===void 0)throw new Error("THREE.MathUtils: Invalid component type.");return Math.max(i/e,-1)}function zf(i,t){if(t.constructor===Float32Array)return i;let e=iu(t);if(e===void 0)throw new Error("THREE.MathUtils: Invalid component type.");return Math.round(i*e)}var ci={DEG2RAD:Oa,RAD2DEG:Er,generateUUID:us,clamp:me,euclideanModulo:Of,mapLinear:Tv,inverseLerp:Av,lerp:ka,damp:Ev,pingpong:Cv,smoothstep:Rv,smootherstep:Pv,randInt:Iv,randFloat:Lv,randFloatSpread:Nv,seededRandom:Dv,degToRad:Uv,radToDeg:Fv,isPowerOfTwo:Ov,ceilPowerOfTwo:kv,floorPowerOfTwo:kf,setQuaternionFromProperEuler:Bv,normalize:zf,denormalize:Bf},Xf=class Xf{constructor(t=0,e=0){this.x=t,this.y=e}get width(){return this.x}set width(t){this.x=t}get height(){return this.y}set height(t){this.y=t}set(t,e){return this.x=t,this.y=e,this}setScalar(t){return this.x=t,this.y=t,this}setX(t){return this.x=t,this}setY(t){return this.y=t,this}setComponent(t,e){switch(t){case 0:this.x=e;break;case 1:this.y=e;break;default:throw new Error("THREE.Vector2: index is out of range: "+t)}return this}getComponent(t){switch(t){case 0:return this.x;case 1:return this.y;default:throw new Error("THREE.Vector2: index is out of range: "+t)}}clone(){return new this.constructor(this.x,this.y)}copy(t){return this.x=t.x,this.y=t.y,this}add(t){return this.x+=t.x,this.y+=t.y,this}addScalar(t){return this.x+=t,this.y+=t,this}addVectors(t,e){return this.x=t.x+e.x,this.y=t.y+e.y,this}addScaledVector(t,e){return this.x+=t.x*e,this.y+=t.y*e,this}sub(t){return this.x-=t.x,this.y-=t.y,this}subScalar(t){return this.x-=t,this.y-=t,this}subVectors(t,e){return this.x=t.x-e.x,this.y=t.y-e.y,this}multiply(t){return this.x*=t.x,this.y*=t.y,this}multiplyScalar(t){return this.x*=t,this.y*=t,this}divide(t){return this.x/=t.x,this.y/=t.y,this}divideScalar(t){return this.multiplyScalar(1/t)}applyMatrix3(t){let e=this.x,n=this.y,s=t.elements;return this.x=s[0]*e+s[3]*n+s[6],this.y=s[1]*e+s[4]*n+s[7],this}min(t){return this.x=Math.min(this.x,t.x),this.y=Math.min(this.y,t.y),this}max(t){return this.x=Math.max(this.x,t.x),this.y=Math.max(this.y,t.y),this}clamp(t,e){return this.x=me(this.x,t.x,e.x),this.y=me(this.y,t.y,e.y),this}clampScalar(t,e){return this.x=me(this.x,t,e),this.y=me(this.y,t,e),this}clampLength(t,e){let n=this.length();return this.divideScalar(n||1).multiplyScalar(me(n,t,e))}floor(){return this.x=Math.floor(this.x),this.y=Math.floor(this.y),this}ceil(){return this.x=Math.ceil(this.x),this.y=Math.ceil(this.y),this}round(){return this.x=Math.round(this.x),this.y=Math.round(this.y),this}roundToZero(){return this.x=Math.trunc(this.x),this.y=Math.trunc(this.y),this}negate(){return this.x=-this.x,this.y=-this.y,this}dot(t){return this.x*t.x+this.y*t.y}cross(t){return this.x*t.y-this.y*t.x}lengthSq(){return this.x*this.x+this.y*this.y}length(){return Math.sqrt(this.x*this.x+this.y*this.y)}manhattanLength(){return Math.abs(this.x)+Math.abs(this.y)}normalize(){return this.divideScalar(this.length()||1)}angle(){return Math.atan2(-this.y,-this.x)+Math.PI}angleTo(t){let e=Math.sqrt(this.lengthSq()*t.lengthSq());if(e===0)return Math.PI/2;let n=this.dot(t)/e;return Math.acos(me(n,-1,1))}distanceTo(t){return Math.sqrt(this.distanceToSquared(t))}distanceToSquared(t){let e=this.x-t.x,n=this.y-t.y;return e*e+n*n}manhattanDistanceTo(t){return Math.abs(this.x-t.x)+Math.abs(this.y-t.y)}setLength(t){return this.normalize().multiplyScalar(t)}lerp(t,e){return this.x+=(t.x-this.x)*e,this.y+=(t.y-this.y)*e,this}lerpVectors(t,e,n){return this.x=t.x+(e.x-t.x)*n,this.y=t.y+(e.y-t.y)*n,this}equals(t){return t.x===this.x&&t.y===this.y}fromArray(t,e=0){return this.x=t[e],this.y=t[e+1],this}toArray(t=[],e=0){return t[e]=this.x,t[e+1]=this.y,t}fromBufferAttribute(t,e){return this.x=t.getX(e),this.y=t.getY(e),this}rotateAround(t,e){let n=Math.cos(e),s=Math.sin(e),r=this.x-t.x,o=this.y-t.y;return this.x=r*n-o*s+t.x,this.y=r*s+o*n+t.y,this}random(){return this.x=Math.random(),this.y=Math.random(),this}*[Symbol.iterator](){yield this.x,yield this.y}};Xf.prototype.isVector2=!0;var Ht=Xf,Qe=class{constructor(t=0,e=0,n=0,s=1){this.isQuaternion=!0,this._x=t,this._y=e,this._z=n,this._w=s}static slerpFlat(t,e,n,s,r,o,a){let l=n[s+0],c=n[s+1],h=n[s+2],d=n[s+3],u=r[o+0],f=r[o+1],m=r[o+2],y=r[o+3];if(d!==y||l!==u||c!==f||h!==m){let p=l*u+c*f+h*m+d*y;p<0&&(u=-u,f=-f,m=-m,y=-y,p=-p);let g=1-a;if(p<.9995){let x=Math.acos(p),M=Math.sin(x);g=Math.sin(g*x)/M,a=Math.sin(a*x)/M,l=l*g+u*a,c=c*g+f*a,h=h*g+m*a,d=d*g+y*a}else{l=l*g+u*a,c=c*g+f*a,h=h*g+m*a,d=d*g+y*a;let x=1/Math.sqrt(l*l+c*c+h*h+d*d);l*=x,c*=x,h*=x,d*=x}}t[e]=l,t[e+1]=c,t[e+2]=h,t[e+3]=d}static multiplyQuaternionsFlat(t,e,n,s,r,o){let a=n[s],l=n[s+1],c=n[s+2],h=n[s+3],d=r[o],u=r[o+1],f=r[o+2],m=r[o+3];return t[e]=a*m+h*d+l*f-c*u,t[e+1]=l*m+h*u+c*d-a*f,t[e+2]=c*m+h*f+a*u-l*d,t[e+3]=h*m-a*d-l*u-c*f,t}get x(){return this._x}set x(t){this._x=t,this._onChangeCallback()}get y(){return this._y}set y(t){this._y=t,this._onChangeCallback()}get z(){return this._z}set z(t){this._z=t,this._onChangeCallback()}get w(){return this._w}set w(t){this._w=t,this._onChangeCallback()}set(t,e,n,s){return this._x=t,this._y=e,this._z=n,this._w=s,this._onChangeCallback(),this}clone(){return new this.constructor(this._x,this._y,this._z,this._w)}copy(t){return this._x=t.x,this._y=t.y,this._z=t.z,this._w=t.w,this._onChangeCallback(),this}setFromEuler(t,e=!0){let n=t._x,s=t._y,r=t._z,o=t._order,a=Math.cos,l=Math.sin,c=a(n/2),h=a(s/2),d=a(r/2),u=l(n/2),f=l(s/2),m=l(r/2);switch(o){case"XYZ":this._x=u*h*d+c*f*m,this._y=c*f*d-u*h*m,this._z=c*h*m+u*f*d,this._w=c*h*d-u*f*m;break;case"YXZ":this._x=u*h*d+c*f*m,this._y=c*f*d-u*h*m,this._z=c*h*m-u*f*d,this._w=c*h*d+u*f*m;break;case"ZXY":this._x=u*h*d-c*f*m,this._y=c*f*d+u*h*m,this._z=c*h*m+u*f*d,this._w=c*h*d-u*f*m;break;case"ZYX":this._x=u*h*d-c*f*m,this._y=c*f*d+u*h*m,this._z=c*h*m-u*f*d,this._w=c*h*d+u*f*m;break;case"YZX":this._x=u*h*d+c*f*m,this._y=c*f*d+u*h*m,this._z=c*h*m-u*f*d,this._w=c*h*d-u*f*m;break;case"XZY":this._x=u*h*d-c*f*m,this._y=c*f*d-u*h*m,this._z=c*h*m+u*f*d,this._w=c*h*d+u*f*m;break;default:Yt("Quaternion: .setFromEuler() encountered an unknown order: "+o)}return e===!0&&this._onChangeCallback(),this}setFromAxisAngle(t,e){let n=e/2,s=Math.sin(n);return this._x=t.x*s,this._y=t.y*s,this._z=t.z*s,this._w=Math.cos(n),this._onChangeCallback(),this}setFromRotationMatrix(t){let e=t.elements,n=e[0],s=e[4],r=e[8],o=e[1],a=e[5],l=e[9],c=e[2],h=e[6],d=e[10],u=n+a+d;if(u>0){let f=.5/Math.sqrt(u+1);this._w=.25/f,this._x=(h-l)*f,this._y=(r-c)*f,this._z=(o-s)*f}else if(n>a&&n>d){let f=2*Math.sqrt(1+n-a-d);this._w=(h-l)/f,this._x=.25*f,this._y=(s+o)/f,this._z=(r+c)/f}else if(a>d){let f=2*Math.sqrt(1+a-n-d);this._w=(r-c)/f,this._x=(s+o)/f,this._y=.25*f,this._z=(l+h)/f}else{let f=2*Math.sqrt(1+d-n-a);this._w=(o-s)/f,this._x=(r+c)/f,this._y=(l+h)/f,this._z=.25*f}return this._onChangeCallback(),this}setFromUnitVectors(t,e){let n=t.dot(e)+1;return n<1e-8?(n=0,Math.abs(t.x)>Math.abs(t.z)?(this._x=-t.y,this._y=t.x,this._z=0,this._w=n):(this._x=0,this._y=-t.z,this._z=t.y,this._w=n)):(this._x=t.y*e.z-t.z*e.y,this._y=t.z*e.x-t.x*e.z,this._z=t.x*e.y-t.y*e.x,this._w=n),this.normalize()}angleTo(t){return 2*Math.acos(Math.abs(me(this.dot(t),-1,1)))}rotateTowards(t,e){let n=this.angleTo(t);if(n===0)return this;let s=Math.min(1,e/n);return this.slerp(t,s),this}identity(){return this.set(0,0,0,1)}invert(){return this.conjugate()}conjugate(){return this._x*=-1,this._y*=-1,this._z*=-1,this._onChangeCallback(),this}dot(t){return this._x*t._x+this._y*t._y+this._z*t._z+this._w*t._w}lengthSq(){return this._x*this._x+this._y*this._y+this._z*this._z+this._w*this._w}length(){return Math.sqrt(this._x*this._x+this._y*this._y+this._z*this._z+this._w*this._w)}normalize(){let t=this.length();return t===0?(this._x=0,this._y=0,this._z=0,this._w=1):(t=1/t,this._x=this._x*t,this._y=this._y*t,this._z=this._z*t,this._w=this._w*t),this._onChangeCallback(),this}multiply(t){return this.multiplyQuaternions(this,t)}premultiply(t){return this.multiplyQuaternions(t,this)}multiplyQuaternions(t,e){let n=t._x,s=t._y,r=t._z,o=t._w,a=e._x,l=e._y,c=e._z,h=e._w;return this._x=n*h+o*a+s*c-r*l,this._y=s*h+o*l+r*a-n*c,this._z=r*h+o*c+n*l-s*a,this._w=o*h-n*a-s*l-r*c,this._onChangeCallback(),this}slerp(t,e){let n=t._x,s=t._y,r=t._z,o=t._w,a=this.dot(t);a<0&&(n=-n,s=-s,r=-r,o=-o,a=-a);let l=1-e;if(a<.9995){let c=Math.acos(a),h=Math.sin(c);l=Math.sin(l*c)/h,e=Math.sin(e*c)/h,this._x=this._x*l+n*e,this._y=this._y*l+s*e,this._z=this._z*l+r*e,this._w=this._w*l+o*e,this._onChangeCallback()}else this._x=this._x*l+n*e,this._y=this._y*l+s*e,this._z=this._z*l+r*e,this._w=this._w*l+o*e,this.normalize();return this}slerpQuaternions(t,e,n){return this.copy(t).slerp(e,n)}random(){let t=2*Math.PI*Math.random(),e=2*Math.PI*Math.random(),n=Math.random(),s=Math.sqrt(1-n),r=Math.sqrt(n);return this.set(s*Math.sin(t),s*Math.cos(t),r*Math.sin(e),r*Math.cos(e))}equals(t){return t._x===this._x&&t._y===this._y&&t._z===this._z&&t._w===this._w}fromArray(t,e=0){return this._x=t[e],this._y=t[e+1],this._z=t[e+2],this._w=t[e+3],this._onChangeCallback(),this}toArray(t=[],e=0){return t[e]=this._x,t[e+1]=this._y,t[e+2]=this._z,t[e+3]=this._w,t}fromBufferAttribute(t,e){return this._x=t.getX(e),this._y=t.getY(e),this._z=t.getZ(e),this._w=t.getW(e),this._onChangeCallback(),this}toJSON(){return this.toArray()}_onChange(t){return this._onChangeCallback=t,this}_onChangeCallback(){}*[Symbol.iterator](){yield this._x,yield this._y,yield this._z,yield this._w}},qf=class qf{constructor(t=0,e=0,n=0){this.x=t,this.y=e,this.z=n}set(t,e,n){return n===void 0&&(n=this.z),this.x=t,this.y=e,this.z=n,this}setScalar(t){return this.x=t,this.y=t,this.z=t,this}setX(t){return this.x=t,this}setY(t){return this.y=t,this}setZ(t){return this.z=t,this}setComponent(t,e){switch(t){case 0:this.x=e;break;case 1:this.y=e;break;case 2:this.z=e;break;default:throw new Error("THREE.Vector3: index is out of range: "+t)}return this}getComponent(t){switch(t){case 0:return this.x;case 1:return this.y;case 2:return this.z;default:throw new Error("THREE.Vector3: index is out of range: "+t)}}clone(){return new this.constructor(this.x,this.y,this.z)}copy(t){return this.x=t.x,this.y=t.y,this.z=t.z,this}add(t){return this.x+=t.x,this.y+=t.y,this.z+=t.z,this}addScalar(t){return this.x+=t,this.y+=t,this.z+=t,this}addVectors(t,e){return this.x=t.x+e.x,this.y=t.y+e.y,this.z=t.z+e.z,this}addScaledVector(t,e){return this.x+=t.x*e,this.y+=t.y*e,this.z+=t.z*e,this}sub(t){return this.x-=t.x,this.y-=t.y,this.z-=t.z,this}subScalar(t){return this.x-=t,this.y-=t,this.z-=t,this}subVectors(t,e){return this.x=t.x-e.x,this.y=t.y-e.y,this.z=t.z-e.z,this}multiply(t){return this.x*=t.x,this.y*=t.y,this.z*=t.z,this}multiplyScalar(t){return this.x*=t,this.y*=t,this.z*=t,this}multiplyVectors(t,e){return this.x=t.x*e.x,this.y=t.y*e.y,this.z=t.z*e.z,this}applyEuler(t){return this.applyQuaternion(vg.setFromEuler(t))}applyAxisAngle(t,e){return this.applyQuaternion(vg.setFromAxisAngle(t,e))}applyMatrix3(t){let e=this.x,n=this.y,s=this.z,r=t.elements;return this.x=r[0]*e+r[3]*n+r[6]*s,this.y=r[1]*e+r[4]*n+r[7]*s,this.z=r[2]*e+r[5]*n+r[8]*s,this}applyNormalMatrix(t){return this.applyMatrix3(t).normalize()}applyMatrix4(t){let e=this.x,n=this.y,s=this.z,r=t.elements,o=1/(r[3]*e+r[7]*n+r[11]*s+r[15]);return this.x=(r[0]*e+r[4]*n+r[8]*s+r[12])*o,this.y=(r[1]*e+r[5]*n+r[9]*s+r[13])*o,this.z=(r[2]*e+r[6]*n+r[10]*s+r[14])*o,this}applyQuaternion(t){let e=this.x,n=this.y,s=this.z,r=t.x,o=t.y,a=t.z,l=t.w,c=2*(o*s-a*n),h=2*(a*e-r*s),d=2*(r*n-o*e);return this.x=e+l*c+o*d-a*h,this.y=n+l*h+a*c-r*d,this.z=s+l*d+r*h-o*c,this}project(t){return this.applyMatrix4(t.matrixWorldInverse).applyMatrix4(t.projectionMatrix)}unproject(t){return this.applyMatrix4(t.projectionMatrixInverse).applyMatrix4(t.matrixWorld)}transformDirection(t){let e=this.x,n=this.y,s=this.z,r=t.elements;return this.x=r[0]*e+r[4]*n+r[8]*s,this.y=r[1]*e+r[5]*n+r[9]*s,this.z=r[2]*e+r[6]*n+r[10]*s,this.normalize()}divide(t){return this.x/=t.x,this.y/=t.y,this.z/=t.z,this}divideScalar(t){return this.multiplyScalar(1/t)}min(t){return this.x=Math.min(this.x,t.x),this.y=Math.min(this.y,t.y),this.z=Math.min(this.z,t.z),this}max(t){return this.x=Math.max(this.x,t.x),this.y=Math.max(this.y,t.y),this.z=Math.max(this.z,t.z),this}clamp(t,e){return this.x=me(this.x,t.x,e.x),this.y=me(this.y,t.y,e.y),this.z=me(this.z,t.z,e.z),this}clampScalar(t,e){return this.x=me(this.x,t,e),this.y=me(this.y,t,e),this.z=me(this.z,t,e),this}clampLength(t,e){let n=this.length();return this.divideScalar(n||1).multiplyScalar(me(n,t,e))}floor(){return this.x=Math.floor(this.x),this.y=Math.floor(this.y),this.z=Math.floor(this.z),this}ceil(){return this.x=Math.ceil(this.x),this.y=Math.ceil(this.y),this.z=Math.ceil(this.z),this}round(){return this.x=Math.round(this.x),this.y=Math.round(this.y),this.z=Math.round(this.z),this}roundToZero(){return this.x=Math.trunc(this.x),this.y=Math.trunc(this.y),this.z=Math.trunc(this.z),this}negate(){return this.x=-this.x,this.y=-this.y,this.z=-this.z,this}dot(t){return this.x*t.x+this.y*t.y+this.z*t.z}lengthSq(){return this.x*this.x+this.y*this.y+this.z*this.z}length(){return Math.sqrt(this.x*this.x+this.y*this.y+this.z*this.z)}manhattanLength(){return Math.abs(this.x)+Math.abs(this.y)+Math.abs(this.z)}normalize(){return this.divideScalar(this.length()||1)}setLength(t){return this.normalize().multiplyScalar(t)}lerp(t,e){return this.x+=(t.x-this.x)*e,this.y+=(t.y-this.y)*e,this.z+=(t.z-this.z)*e,this}lerpVectors(t,e,n){return this.x=t.x+(e.x-t.x)*n,this.y=t.y+(e.y-t.y)*n,this.z=t.z+(e.z-t.z)*n,this}cross(t){return this.crossVectors(this,t)}crossVectors(t,e){let n=t.x,s=t.y,r=t.z,o=e.x,a=e.y,l=e.z;return this.x=s*l-r*a,this.y=r*o-n*l,this.z=n*a-s*o,this}projectOnVector(t){let e=t.lengthSq();if(e===0)return this.set(0,0,0);let n=t.dot(this)/e;return this.copy(t).multiplyScalar(n)}projectOnPlane(t){return Td.copy(this).projectOnVector(t),this.sub(Td)}reflect(t){return this.sub(Td.copy(t).multiplyScalar(2*this.dot(t)))}angleTo(t){let e=Math.sqrt(this.lengthSq()*t.lengthSq());if(e===0)return Math.PI/2;let n=this.dot(t)/e;return Math.acos(me(n,-1,1))}distanceTo(t){return Math.sqrt(this.distanceToSquared(t))}distanceToSquared(t){let e=this.x-t.x,n=this.y-t.y,s=this.z-t.z;return e*e+n*n+s*s}manhattanDistanceTo(t){return Math.abs(this.x-t.x)+Math.abs(this.y-t.y)+Math.abs(this.z-t.z)}setFromSpherical(t){return this.setFromSphericalCoords(t.radius,t.phi,t.theta)}setFromSphericalCoords(t,e,n){let s=Math.sin(e)*t;return this.x=s*Math.sin(n),this.y=Math.cos(e)*t,this.z=s*Math.cos(n),this}setFromCylindrical(t){return this.setFromCylindricalCoords(t.radius,t.theta,t.y)}setFromCylindricalCoords(t,e,n){return this.x=t*Math.sin(e),this.y=n,this.z=t*Math.cos(e),this}setFromMatrixPosition(t){let e=t.elements;return this.x=e[12],this.y=e[13],this.z=e[14],this}setFromMatrixScale(t){let e=this.setFromMatrixColumn(t,0).length(),n=this.setFromMatrixColumn(t,1).length(),s=this.setFromMatrixColumn(t,2).length();return this.x=e,this.y=n,this.z=s,this}setFromMatrixColumn(t,e){return this.fromArray(t.elements,e*4)}setFromMatrix3Column(t,e){return this.fromArray(t.elements,e*3)}setFromEuler(t){return this.x=t._x,this.y=t._y,this.z=t._z,this}setFromColor(t){return this.x=t.r,this.y=t.g,this.z=t.b,this}equals(t){return t.x===this.x&&t.y===this.y&&t.z===this.z}fromArray(t,e=0){return this.x=t[e],this.y=t[e+1],this.z=t[e+2],this}toArray(t=[],e=0){return t[e]=this.x,t[e+1]=this.y,t[e+2]=this.z,t}fromBufferAttribute(t,e){return this.x=t.getX(e),this.y=t.getY(e),this.z=t.getZ(e),this}random(){return this.x=Math.random(),this.y=Math.random(),this.z=Math.random(),this}randomDirection(){let t=Math.random()*Math.PI*2,e=Math.random()*2-1,n=Math.sqrt(1-e*e);return this.x=n*Math.cos(t),this.y=e,this.z=n*Math.sin(t),this}*[Symbol.iterator](){yield this.x,yield this.y,yield this.z}};qf.prototype.isVector3=!0;var H=qf,Td=new H,vg=new Qe,Yf=class Yf{constructor(t,e,n,s,r,o,a,l,c){this.elements=[1,0,0,0,1,0,0,0,1],t!==void 0&&this.set(t,e,n,s,r,o,a,l,c)}set(t,e,n,s,r,o,a,l,c){let h=this.elements;return h[0]=t,h[1]=s,h[2]=a,h[3]=e,h[4]=r,h[5]=l,h[6]=n,h[7]=o,h[8]=c,this}identity(){return this.set(1,0,0,0,1,0,0,0,1),this}copy(t){let e=this.elements,n=t.elements;return e[0]=n[0],e[1]=n[1],e[2]=n[2],e[3]=n[3],e[4]=n[4],e[5]=n[5],e[6]=n[6],e[7]=n[7],e[8]=n[8],this}extractBasis(t,e,n){return t.setFromMatrix3Column(this,0),e.setFromMatrix3Column(this,1),n.setFromMatrix3Column(this,2),this}setFromMatrix4(t){let e=t.elements;return this.set(e[0],e[4],e[8],e[1],e[5],e[9],e[2],e[6],e[10]),this}multiply(t){return this.multiplyMatrices(this,t)}premultiply(t){return this.multiplyMatrices(t,this)}multiplyMatrices(t,e){let n=t.elements,s=e.elements,r=this.elements,o=n[0],a=n[3],l=n[6],c=n[1],h=n[4],d=n[7],u=n[2],f=n[5],m=n[8],y=s[0],p=s[3],g=s[6],x=s[1],M=s[4],v=s[7],A=s[2],w=s[5],_=s[8];return r[0]=o*y+a*x+l*A,r[3]=o*p+a*M+l*w,r[6]=o*g+a*v+l*_,r[1]=c*y+h*x+d*A,r[4]=c*p+h*M+d*w,r[7]=c*g+h*v+d*_,r[2]=u*y+f*x+m*A,r[5]=u*p+f*M+m*w,r[8]=u*g+f*v+m*_,this}multiplyScalar(t){let e=this.elements;return e[0]*=t,e[3]*=t,e[6]*=t,e[1]*=t,e[4]*=t,e[7]*=t,e[2]*=t,e[5]*=t,e[8]*=t,this}determinant(){let t=this.elements,e=t[0],n=t[1],s=t[2],r=t[3],o=t[4],a=t[5],l=t[6],c=t[7],h=t[8];return e*o*h-e*a*c-n*r*h+n*a*l+s*r*c-s*o*l}invert(){let t=this.elements,e=t[0],n=t[1],s=t[2],r=t[3],o=t[4],a=t[5],l=t[6],c=t[7],h=t[8],d=h*o-a*c,u=a*l-h*r,f=c*r-o*l,m=e*d+n*u+s*f;if(m===0)return this.set(0,0,0,0,0,0,0,0,0);let y=1/m;return t[0]=d*y,t[1]=(s*c-h*n)*y,t[2]=(a*n-s*o)*y,t[3]=u*y,t[4]=(h*e-s*l)*y,t[5]=(s*r-a*e)*y,t[6]=f*y,t[7]=(n*l-c*e)*y,t[8]=(o*e-n*r)*y,this}transpose(){let t,e=this.elements;return t=e[1],e[1]=e[3],e[3]=t,t=e[2],e[2]=e[6],e[6]=t,t=e[5],e[5]=e[7],e[7]=t,this}getNormalMatrix(t){return this.setFromMatrix4(t).invert().transpose()}transposeIntoArray(t){let e=this.elements;return t[0]=e[0],t[1]=e[3],t[2]=e[6],t[3]=e[1],t[4]=e[4],t[5]=e[7],t[6]=e[2],t[7]=e[5],t[8]=e[8],this}setUvTransform(t,e,n,s,r,o,a){let l=Math.cos(r),c=Math.sin(r);return this.set(n*l,n*c,-n*(l*o+c*a)+o+t,-s*c,s*l,-s*(-c*o+l*a)+a+e,0,0,1),this}scale(t,e){return Fa("Matrix3: .scale() is deprecated. Use .makeScale() instead."),this.premultiply(Ad.makeScale(t,e)),this}rotate(t){return Fa("Matrix3: .rotate() is deprecated. Use .makeRotation() instead."),this.premultiply(Ad.makeRotation(-t)),this}translate(t,e){return Fa("Matrix3: .translate() is deprecated. Use .makeTranslation() instead."),this.premultiply(Ad.makeTranslation(t,e)),this}makeTranslation(t,e){return t.isVector2?this.set(1,0,t.x,0,1,t.y,0,0,1):this.set(1,0,t,0,1,e,0,0,1),this}makeRotation(t){let e=Math.cos(t),n=Math.sin(t);return this.set(e,-n,0,n,e,0,0,0,1),this}makeScale(t,e){return this.set(t,0,0,0,e,0,0,0,1),this}equals(t){let e=this.elements,n=t.elements;for(let s=0;s<9;s++)if(e[s]!==n[s])return!1;return!0}fromArray(t,e=0){for(let n=0;n<9;n++)this.elements[n]=t[n+e];return this}toArray(t=[],e=0){let n=this.elements;return t[e]=n[0],t[e+1]=n[1],t[e+2]=n[2],t[e+3]=n[3],t[e+4]=n[4],t[e+5]=n[5],t[e+6]=n[6],t[e+7]=n[7],t[e+8]=n[8],t}clone(){return new this.constructor().fromArray(this.elements)}};Yf.prototype.isMatrix3=!0;var ie=Yf,Ad=new ie,bg=new ie().set(.4123908,.3575843,.1804808,.212639,.7151687,.0721923,.0193308,.1191948,.9505322),Sg=new ie().set(3.2409699,-1.5373832,-.4986108,-.9692436,1.8759675,.0415551,.0556301,-.203977,1.0569715);function zv(){let i={enabled:!0,workingColorSpace:za,spaces:{},convert:function(s,r,o){return this.enabled===!1||r===o||!r||!o||(this.spaces[r].transfer===Re&&(s.r=Es(s.r),s.g=Es(s.g),s.b=Es(s.b)),this.spaces[r].primaries!==this.spaces[o].primaries&&(s.applyMatrix3(this.spaces[r].toXYZ),s.applyMatrix3(this.spaces[o].fromXYZ)),this.spaces[o].transfer===Re&&(s.r=Do(s.r),s.g=Do(s.g),s.b=Do(s.b))),s},workingToColorSpace:function(s,r){return this.convert(s,this.workingColorSpace,r)},colorSpaceToWorking:function(s,r){return this.convert(s,r,this.workingColorSpace)},getPrimaries:function(s){return this.spaces[s].primaries},getTransfer:function(s){return s===Os?Va:this.spaces[s].transfer},getToneMappingMode:function(s){return this.spaces[s].outputColorSpaceConfig.toneMappingMode||"standard"},getLuminanceCoefficients:function(s,r=this.workingColorSpace){return s.fromArray(this.spaces[r].luminanceCoefficients)},define:function(s){Object.assign(this.spaces,s)},_getMatrix:function(s,r,o){return s.copy(this.spaces[o].fromXYZ).multiply(this.spaces[r].toXYZ)},_getDrawingBufferColorSpace:function(s){return this.spaces[s].outputColorSpaceConfig.drawingBufferColorSpace},_getUnpackColorSpace:function(s=this.workingColorSpace){return this.spaces[s].workingColorSpaceConfig.unpackColorSpace}},t=[.64,.33,.3,.6,.15,.06],e=[.2126,.7152,.0722],n=[.3127,.329];return i.define({[za]:{primaries:t,whitePoint:n,transfer:Va,toXYZ:bg,fromXYZ:Sg,luminanceCoefficients:e,workingColorSpaceConfig:{unpackColorSpace:Ce},outputColorSpaceConfig:{drawingBufferColorSpace:Ce}},[Ce]:{primaries:t,whitePoint:n,transfer:Re,toXYZ:bg,fromXYZ:Sg,luminanceCoefficients:e,outputColorSpaceConfig:{drawingBufferColorSpace:Ce}}}),i}var le=zv();function Es(i){return i<.04045?i*.0773993808:Math.pow(i*.9478672986+.0521327014,2.4)}function Do(i){return i<.0031308?i*12.92:1.055*Math.pow(i,.41666)-.055}var _o,Qc=class{static getDataURL(t,e="image/png"){if(/^data:/i.test(t.src)||typeof HTMLCanvasElement>"u")return t.src;let n;if(t instanceof HTMLCanvasElement)n=t;else{_o===void 0&&(_o=ko("canvas")),_o.width=t.width,_o.height=t.height;let s=_o.getContext("2d");t instanceof ImageData?s.putImageData(t,0,0):s.drawImage(t,0,0,t.width,t.height),n=_o}return n.toDataURL(e)}static sRGBToLinear(t){if(typeof HTMLImageElement<"u"&&t instanceof HTMLImageElement||typeof HTMLCanvasElement<"u"&&t instanceof HTMLCanvasElement||typeof ImageBitmap<"u"&&t instanceof ImageBitmap){let e=ko("canvas");e.width=t.width,e.height=t.height;let n=e.getContext("2d");n.drawImage(t,0,0,t.width,t.height);let s=n.getImageData(0,0,t.width,t.height),r=s.data;for(let o=0;o<r.length;o++)r[o]=Es(r[o]/255)*255;return n.putImageData(s,0,0),e}else if(t.data){let e=t.data.slice(0);for(let n=0;n<e.length;n++)e instanceof Uint8Array||e instanceof Uint8ClampedArray?e[n]=Math.floor(Es(e[n]/255)*255):e[n]=Es(e[n]);return{data:e,width:t.width,height:t.height}}else return Yt("ImageUtils.sRGBToLinear(): Unsupported image type. No color space conversion applied."),t}},Vv=0,zo=class{constructor(t=null){this.isTextureSource=!0,Object.defineProperty(this,"id",{value:Vv++}),this.uuid=us(),this.data=t,this.dataReady=!0,this.version=0}getSize(t){let e=this.data;return typeof HTMLVideoElement<"u"&&e instanceof HTMLVideoElement?t.set(e.videoWidth,e.videoHeight,0):typeof VideoFrame<"u"&&e instanceof VideoFrame?t.set(e.displayWidth,e.displayHeight,0):e!==null?t.set(e.width||0,e.height||0,e.depth||0):t.set(0,0,0),t}set needsUpdate(t){t===!0&&this.version++}toJSON(t){let e=t===void 0||typeof t=="string";if(!e&&t.images[this.uuid]!==void 0)return t.images[this.uuid];let n={uuid:this.uuid,url:""},s=this.data;if(s!==null){let r;if(Array.isArray(s)){r=[];for(let o=0,a=s.length;o<a;o++)s[o].isDataTexture?r.push(Ed(s[o].image)):r.push(Ed(s[o]))}else r=Ed(s);n.url=r}return e||(t.images[this.uuid]=n),n}};function Ed(i){return typeof HTMLImageElement<"u"&&i instanceof HTMLImageElement||typeof HTMLCanvasElement<"u"&&i instanceof HTMLCanvasElement||typeof ImageBitmap<"u"&&i instanceof ImageBitmap?Qc.getDataURL(i):i.data?{data:Array.from(i.data),width:i.width,height:i.height,type:i.data.constructor.name}:(Yt("Texture: Unable to serialize Texture."),{})}var Gv=0,Cd=new H,qn=class i extends Xi{constructor(t=i.DEFAULT_IMAGE,e=i.DEFAULT_MAPPING,n=ii,s=ii,r=fn,o=Li,a=Di,l=li,c=i.DEFAULT_ANISOTROPY,h=Os){super(),this.isTexture=!0,Object.defineProperty(this,"id",{value:Gv++}),this.uuid=us(),this.name="",this.source=new zo(t),this.mipmaps=[],this.mapping=e,this.channel=0,this.wrapS=n,this.wrapT=s,this.magFilter=r,this.minFilter=o,this.anisotropy=c,this.format=a,this.internalFormat=null,this.type=l,this.offset=new Ht(0,0),this.repeat=new Ht(1,1),this.center=new Ht(0,0),this.rotation=0,this.matrixAutoUpdate=!0,this.matrix=new ie,this.generateMipmaps=!0,this.mipmapsAutoUpdate=!0,this.premultiplyAlpha=!1,this.flipY=!0,this.unpackAlignment=4,this.colorSpace=h,this.userData={},this.updateRanges=[],this.version=0,this.onUpdate=null,this.renderTarget=null,this.isRenderTargetTexture=!1,this.isArrayTexture=!!(t&&t.depth&&t.depth>1),this.pmremVersion=0,this.isPMREMTexture=!1,this.normalized=!1}get width(){return this.source.getSize(Cd).x}get height(){return this.source.getSize(Cd).y}get depth(){return this.source.getSize(Cd).z}get image(){return this.source.data}set image(t){this.source.data=t}updateMatrix(){this.matrix.setUvTransform(this.offset.x,this.offset.y,this.repeat.x,this.repeat.y,this.rotation,this.center.x,this.center.y)}addUpdateRange(t,e){this.updateRanges.push({start:t,count:e})}clearUpdateRanges(){this.updateRanges.length=0}clone(){return new this.constructor().copy(this)}copy(t){return this.name=t.name,this.source=t.source,this.mipmaps=t.mipmaps.slice(0),this.mapping=t.mapping,this.channel=t.channel,this.wrapS=t.wrapS,this.wrapT=t.wrapT,this.magFilter=t.magFilter,this.minFilter=t.minFilter,this.anisotropy=t.anisotropy,this.format=t.format,this.internalFormat=t.internalFormat,this.type=t.type,this.normalized=t.normalized,this.offset.copy(t.offset),this.repeat.copy(t.repeat),this.center.copy(t.center),this.rotation=t.rotation,this.matrixAutoUpdate=t.matrixAutoUpdate,this.matrix.copy(t.matrix),this.generateMipmaps=t.generateMipmaps,this.mipmapsAutoUpdate=t.mipmapsAutoUpdate,this.premultiplyAlpha=t.premultiplyAlpha,this.flipY=t.flipY,this.unpackAlignment=t.unpackAlignment,this.colorSpace=t.colorSpace,this.renderTarget=t.renderTarget,this.isRenderTargetTexture=t.isRenderTargetTexture,this.isPMREMTexture=t.isPMREMTexture,this.isArrayTexture=t.isArrayTexture,this.userData=JSON.parse(JSON.stringify(t.userData)),this.needsUpdate=!0,this}setValues(t){for(let e in t){let n=t[e];if(n===void 0){Yt(`Texture.setValues(): parameter '${e}' has value of undefined.`);continue}let s=this[e];if(s===void 0){Yt(`Texture.setValues(): property '${e}' does not exist.`);continue}s&&n&&s.isVector2&&n.isVector2||s&&n&&s.isVector3&&n.isVector3||s&&n&&s.isMatrix3&&n.isMatrix3?s.copy(n):this[e]=n}}toJSON(t){let e=t===void 0||typeof t=="string";if(!e&&t.textures[this.uuid]!==void 0)return t.textures[this.uuid];let n={metadata:{version:4.7,type:"Texture",generator:"Texture.toJSON"},uuid:this.uuid,name:this.name,image:this.source.toJSON(t).uuid,mapping:this.mapping,channel:this.channel,repeat:[this.repeat.x,this.repeat.y],offset:[this.offset.x,this.offset.y],center:[this.center.x,this.center.y],rotation:this.rotation,wrap:[this.wrapS,this.wrapT],format:this.format,internalFormat:this.internalFormat,type:this.type,normalized:this.normalized,colorSpace:this.colorSpace,minFilter:this.minFilter,magFilter:this.magFilter,anisotropy:this.anisotropy,flipY:this.flipY,generateMipmaps:this.generateMipmaps,mipmapsAutoUpdate:this.mipmapsAutoUpdate,premultiplyAlpha:this.premultiplyAlpha,unpackAlignment:this.unpackAlignment};return Object.keys(this.userData).length>0&&(n.userData=this.userData),e||(t.textures[this.uuid]=n),n}dispose(){this.dispatchEvent({type:"dispose"})}transformUv(t){if(this.mapping!==wf)return t;if(t.applyMatrix3(this.matrix),t.x<0||t.x>1)switch(this.wrapS){case Cs:t.x=t.x-Math.floor(t.x);break;case ii:t.x=t.x<0?0:1;break;case jc:Math.abs(Math.floor(t.x)%2)===1?t.x=Math.ceil(t.x)-t.x:t.x=t.x-Math.floor(t.x);break}if(t.y<0||t.y>1)switch(this.wrapT){case Cs:t.y=t.y-Math.floor(t.y);break;case ii:t.y=t.y<0?0:1;break;case jc:Math.abs(Math.floor(t.y)%2)===1?t.y=Math.ceil(t.y)-t.y:t.y=t.y-Math.floor(t.y);break}return this.flipY&&(t.y=1-t.y),t}set needsUpdate(t){t===!0&&(this.version++,this.source.needsUpdate=!0)}set needsPMREMUpdate(t){t===!0&&this.pmremVersion++}};qn.DEFAULT_IMAGE=null;qn.DEFAULT_MAPPING=wf;qn.DEFAULT_ANISOTROPY=1;var $f=class $f{constructor(t=0,e=0,n=0,s=1){this.x=t,this.y=e,this.z=n,this.w=s}get width(){return this.z}set width(t){this.z=t}get height(){return this.w}set height(t){this.w=t}set(t,e,n,s){return this.x=t,this.y=e,this.z=n,this.w=s,this}setScalar(t){return this.x=t,this.y=t,this.z=t,this.w=t,this}setX(t){return this.x=t,this}setY(t){return this.y=t,this}setZ(t){return this.z=t,this}setW(t){return this.w=t,this}setComponent(t,e){switch(t){case 0:this.x=e;break;case 1:this.y=e;break;case 2:this.z=e;break;case 3:this.w=e;break;default:throw new Error("THREE.Vector4: index is out of range: "+t)}return this}getComponent(t){switch(t){case 0:return this.x;case 1:return this.y;case 2:return this.z;case 3:return this.w;default:throw new Error("THREE.Vector4: index is out of range: "+t)}}clone(){return new this.constructor(this.x,this.y,this.z,this.w)}copy(t){return this.x=t.x,this.y=t.y,this.z=t.z,this.w=t.w!==void 0?t.w:1,this}add(t){return this.x+=t.x,this.y+=t.y,this.z+=t.z,this.w+=t.w,this}addScalar(t){return this.x+=t,this.y+=t,this.z+=t,this.w+=t,this}addVectors(t,e){return this.x=t.x+e.x,this.y=t.y+e.y,this.z=t.z+e.z,this.w=t.w+e.w,this}addScaledVector(t,e){return this.x+=t.x*e,this.y+=t.y*e,this.z+=t.z*e,this.w+=t.w*e,this}sub(t){return this.x-=t.x,this.y-=t.y,this.z-=t.z,this.w-=t.w,this}subScalar(t){return this.x-=t,this.y-=t,this.z-=t,this.w-=t,this}subVectors(t,e){return this.x=t.x-e.x,this.y=t.y-e.y,this.z=t.z-e.z,this.w=t.w-e.w,this}multiply(t){return this.x*=t.x,this.y*=t.y,this.z*=t.z,this.w*=t.w,this}multiplyScalar(t){return this.x*=t,this.y*=t,this.z*=t,this.w*=t,this}applyMatrix4(t){let e=this.x,n=this.y,s=this.z,r=this.w,o=t.elements;return this.x=o[0]*e+o[4]*n+o[8]*s+o[12]*r,this.y=o[1]*e+o[5]*n+o[9]*s+o[13]*r,this.z=o[2]*e+o[6]*n+o[10]*s+o[14]*r,this.w=o[3]*e+o[7]*n+o[11]*s+o[15]*r,this}divide(t){return this.x/=t.x,this.y/=t.y,this.z/=t.z,this.w/=t.w,this}divideScalar(t){return this.multiplyScalar(1/t)}setAxisAngleFromQuaternion(t){this.w=2*Math.acos(t.w);let e=Math.sqrt(1-t.w*t.w);return e<1e-4?(this.x=1,this.y=0,this.z=0):(this.x=t.x/e,this.y=t.y/e,this.z=t.z/e),this}setAxisAngleFromRotationMatrix(t){let e,n,s,r,l=t.elements,c=l[0],h=l[4],d=l[8],u=l[1],f=l[5],m=l[9],y=l[2],p=l[6],g=l[10];if(Math.abs(h-u)<.01&&Math.abs(d-y)<.01&&Math.abs(m-p)<.01){if(Math.abs(h+u)<.1&&Math.abs(d+y)<.1&&Math.abs(m+p)<.1&&Math.abs(c+f+g-3)<.1)return this.set(1,0,0,0),this;e=Math.PI;let M=(c+1)/2,v=(f+1)/2,A=(g+1)/2,w=(h+u)/4,_=(d+y)/4,S=(m+p)/4;return M>v&&M>A?M<.01?(n=0,s=.707106781,r=.707106781):(n=Math.sqrt(M),s=w/n,r=_/n):v>A?v<.01?(n=.707106781,s=0,r=.707106781):(s=Math.sqrt(v),n=w/s,r=S/s):A<.01?(n=.707106781,s=.707106781,r=0):(r=Math.sqrt(A),n=_/r,s=S/r),this.set(n,s,r,e),this}let x=Math.sqrt((p-m)*(p-m)+(d-y)*(d-y)+(u-h)*(u-h));return Math.abs(x)<.001&&(x=1),this.x=(p-m)/x,this.y=(d-y)/x,this.z=(u-h)/x,this.w=Math.acos((c+f+g-1)/2),this}setFromMatrixPosition(t){let e=t.elements;return this.x=e[12],this.y=e[13],this.z=e[14],this.w=e[15],this}min(t){return this.x=Math.min(this.x,t.x),this.y=Math.min(this.y,t.y),this.z=Math.min(this.z,t.z),this.w=Math.min(this.w,t.w),this}max(t){return this.x=Math.max(this.x,t.x),this.y=Math.max(this.y,t.y),this.z=Math.max(this.z,t.z),this.w=Math.max(this.w,t.w),this}clamp(t,e){return this.x=me(this.x,t.x,e.x),this.y=me(this.y,t.y,e.y),this.z=me(this.z,t.z,e.z),this.w=me(this.w,t.w,e.w),this}clampScalar(t,e){return this.x=me(this.x,t,e),this.y=me(this.y,t,e),this.z=me(this.z,t,e),this.w=me(this.w,t,e),this}clampLength(t,e){let n=this.length();return this.divideScalar(n||1).multiplyScalar(me(n,t,e))}floor(){return this.x=Math.floor(this.x),this.y=Math.floor(this.y),this.z=Math.floor(this.z),this.w=Math.floor(this.w),this}ceil(){return this.x=Math.ceil(this.x),this.y=Math.ceil(this.y),this.z=Math.ceil(this.z),this.w=Math.ceil(this.w),this}round(){return this.x=Math.round(this.x),this.y=Math.round(this.y),this.z=Math.round(this.z),this.w=Math.round(this.w),this}roundToZero(){return this.x=Math.trunc(this.x),this.y=Math.trunc(this.y),this.z=Math.trunc(this.z),this.w=Math.trunc(this.w),this}negate(){return this.x=-this.x,this.y=-this.y,this.z=-this.z,this.w=-this.w,this}dot(t){return this.x*t.x+this.y*t.y+this.z*t.z+this.w*t.w}lengthSq(){return this.x*this.x+this.y*this.y+this.z*this.z+this.w*this.w}length(){return Math.sqrt(this.x*this.x+this.y*this.y+this.z*this.z+this.w*this.w)}manhattanLength(){return Math.abs(this.x)+Math.abs(this.y)+Math.abs(this.z)+Math.abs(this.w)}normalize(){return this.divideScalar(this.length()||1)}setLength(t){return this.normalize().multiplyScalar(t)}lerp(t,e){return this.x+=(t.x-this.x)*e,this.y+=(t.y-this.y)*e,this.z+=(t.z-this.z)*e,this.w+=(t.w-this.w)*e,this}lerpVectors(t,e,n){return this.x=t.x+(e.x-t.x)*n,this.y=t.y+(e.y-t.y)*n,this.z=t.z+(e.z-t.z)*n,this.w=t.w+(e.w-t.w)*n,this}equals(t){return t.x===this.x&&t.y===this.y&&t.z===this.z&&t.w===this.w}fromArray(t,e=0){return this.x=t[e],this.y=t[e+1],this.z=t[e+2],this.w=t[e+3],this}toArray(t=[],e=0){return t[e]=this.x,t[e+1]=this.y,t[e+2]=this.z,t[e+3]=this.w,t}fromBufferAttribute(t,e){return this.x=t.getX(e),this.y=t.getY(e),this.z=t.getZ(e),this.w=t.getW(e),this}random(){return this.x=Math.random(),this.y=Math.random(),this.z=Math.random(),this.w=Math.random(),this}*[Symbol.iterator](){yield this.x,yield this.y,yield this.z,yield this.w}};$f.prototype.isVector4=!0;var Ne=$f,th=class extends Xi{constructor(t=1,e=1,n={}){super(),n=Object.assign({generateMipmaps:!1,internalFormat:null,minFilter:fn,depthBuffer:!0,stencilBuffer:!1,resolveColorBuffer:!0,resolveDepthBuffer:!0,resolveStencilBuffer:!0,storeMultisampledColorBuffer:!0,storeMultisampledDepthBuffer:!0,storeMultisampledStencilBuffer:!0,depthTexture:null,samples:0,count:1,depth:1,multiview:!1,useArrayDepthTexture:!1},n),this.isRenderTarget=!0,this.width=t,this.height=e,this.depth=n.depth,this.scissor=new Ne(0,0,t,e),this.scissorTest=!1,this.viewport=new Ne(0,0,t,e),this.textures=[];let s=n.count;for(let r=0;r<s;r++)this.textures[r]=new qn({width:t,height:e,depth:n.depth}),this.textures[r].isRenderTargetTexture=!0,this.textures[r].renderTarget=this;this._setTextureOptions(n),this.depthBuffer=n.depthBuffer,this.stencilBuffer=n.stencilBuffer,this.resolveColorBuffer=n.resolveColorBuffer,this.resolveDepthBuffer=n.resolveDepthBuffer,this.resolveStencilBuffer=n.resolveStencilBuffer,this.storeMultisampledColorBuffer=n.storeMultisampledColorBuffer,this.storeMultisampledDepthBuffer=n.storeMultisampledDepthBuffer,this.storeMultisampledStencilBuffer=n.storeMultisampledStencilBuffer,this._depthTexture=null,this.depthTexture=n.depthTexture,this.samples=n.samples,this.multiview=n.multiview,this.useArrayDepthTexture=n.useArrayDepthTexture}_setTextureOptions(t={}){let e={minFilter:fn,generateMipmaps:!1,flipY:!1,internalFormat:null};t.mapping!==void 0&&(e.mapping=t.mapping),t.wrapS!==void 0&&(e.wrapS=t.wrapS),t.wrapT!==void 0&&(e.wrapT=t.wrapT),t.wrapR!==void 0&&(e.wrapR=t.wrapR),t.magFilter!==void 0&&(e.magFilter=t.magFilter),t.minFilter!==void 0&&(e.minFilter=t.minFilter),t.format!==void 0&&(e.format=t.format),t.type!==void 0&&(e.type=t.type),t.anisotropy!==void 0&&(e.anisotropy=t.anisotropy),t.colorSpace!==void 0&&(e.colorSpace=t.colorSpace),t.flipY!==void 0&&(e.flipY=t.flipY),t.generateMipmaps!==void 0&&(e.generateMipmaps=t.generateMipmaps),t.mipmapsAutoUpdate!==void 0&&(e.mipmapsAutoUpdate=t.mipmapsAutoUpdate),t.internalFormat!==void 0&&(e.internalFormat=t.internalFormat);for(let n=0;n<this.textures.length;n++)this.textures[n].setValues(e)}get texture(){return this.textures[0]}set texture(t){this.textures[0]=t}set depthTexture(t){this._depthTexture!==null&&this._depthTexture.renderTarget===this&&(this._depthTexture.renderTarget=null),t!==null&&t.renderTarget===null&&(t.renderTarget=this),this._depthTexture=t}get depthTexture(){return this._depthTexture}setSize(t,e,n=1){if(this.width!==t||this.height!==e||this.depth!==n){this.width=t,this.height=e,this.depth=n;for(let s=0,r=this.textures.length;s<r;s++)this.textures[s].image.width=t,this.textures[s].image.height=e,this.textures[s].image.depth=n,this.textures[s].isData3DTexture!==!0&&(this.textures[s].isArrayTexture=this.textures[s].image.depth>1);this.dispose()}this.viewport.set(0,0,t,e),this.scissor.set(0,0,t,e)}clone(){return new this.constructor().copy(this)}copy(t){this.width=t.width,this.height=t.height,this.depth=t.depth,this.scissor.copy(t.scissor),this.scissorTest=t.scissorTest,this.viewport.copy(t.viewport),this.textures.length=0;for(let e=0,n=t.textures.length;e<n;e++){this.textures[e]=t.textures[e].clone(),this.textures[e].isRenderTargetTexture=!0,this.textures[e].renderTarget=this;let s=Object.assign({},t.textures[e].image);this.textures[e].source=new zo(s)}if(this.depthBuffer=t.depthBuffer,this.stencilBuffer=t.stencilBuffer,this.resolveColorBuffer=t.resolveColorBuffer,this.resolveDepthBuffer=t.resolveDepthBuffer,this.resolveStencilBuffer=t.resolveStencilBuffer,this.storeMultisampledColorBuffer=t.storeMultisampledColorBuffer,this.storeMultisampledDepthBuffer=t.storeMultisampledDepthBuffer,this.storeMultisampledStencilBuffer=t.storeMultisampledStencilBuffer,t.depthTexture!==null)if(t.depthTexture.renderTarget===t){let e=t.depthTexture.clone();e.renderTarget=null,this.depthTexture=e}else this.depthTexture=t.depthTexture;else this.depthTexture=null;return this.samples=t.samples,this.multiview=t.multiview,this.useArrayDepthTexture=t.useArrayDepthTexture,this}dispose(){this.dispatchEvent({type:"dispose"})}},Si=class extends th{constructor(t=1,e=1,n={}){super(t,e,n),this.isWebGLRenderTarget=!0}},Ha=class extends qn{constructor(t=null,e=1,n=1,s=1){super(null),this.isDataArrayTexture=!0,this.image={data:t,width:e,height:n,depth:s},this.magFilter=On,this.minFilter=On,this.wrapR=ii,this.generateMipmaps=!1,this.flipY=!1,this.unpackAlignment=1,this.layerUpdates=new Set}copy(t){return super.copy(t),this.wrapR=t.wrapR,this}addLayerUpdate(t){this.layerUpdates.add(t)}clearLayerUpdates(){this.layerUpdates.clear()}};var eh=class extends qn{constructor(t=null,e=1,n=1,s=1){super(null),this.isData3DTexture=!0,this.image={data:t,width:e,height:n,depth:s},this.magFilter=On,this.minFilter=On,this.wrapR=ii,this.generateMipmaps=!1,this.flipY=!1,this.unpackAlignment=1}copy(t){return super.copy(t),this.wrapR=t.wrapR,this}};var _h=class _h{constructor(t,e,n,s,r,o,a,l,c,h,d,u,f,m,y,p){this.elements=[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1],t!==void 0&&this.set(t,e,n,s,r,o,a,l,c,h,d,u,f,m,y,p)}set(t,e,n,s,r,o,a,l,c,h,d,u,f,m,y,p){let g=this.elements;return g[0]=t,g[4]=e,g[8]=n,g[12]=s,g[1]=r,g[5]=o,g[9]=a,g[13]=l,g[2]=c,g[6]=h,g[10]=d,g[14]=u,g[3]=f,g[7]=m,g[11]=y,g[15]=p,this}identity(){return this.set(1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1),this}clone(){return new _h().fromArray(this.elements)}copy(t){let e=this.elements,n=t.elements;return e[0]=n[0],e[1]=n[1],e[2]=n[2],e[3]=n[3],e[4]=n[4],e[5]=n[5],e[6]=n[6],e[7]=n[7],e[8]=n[8],e[9]=n[9],e[10]=n[10],e[11]=n[11],e[12]=n[12],e[13]=n[13],e[14]=n[14],e[15]=n[15],this}copyPosition(t){let e=this.elements,n=t.elements;return e[12]=n[12],e[13]=n[13],e[14]=n[14],this}setFromMatrix3(t){let e=t.elements;return this.set(e[0],e[3],e[6],0,e[1],e[4],e[7],0,e[2],e[5],e[8],0,0,0,0,1),this}extractBasis(t,e,n){return this.determinantAffine()===0?(t.set(1,0,0),e.set(0,1,0),n.set(0,0,1),this):(t.setFromMatrixColumn(this,0),e.setFromMatrixColumn(this,1),n.setFromMatrixColumn(this,2),this)}makeBasis(t,e,n){return this.set(t.x,e.x,n.x,0,t.y,e.y,n.y,0,t.z,e.z,n.z,0,0,0,0,1),this}extractRotation(t){if(t.determinantAffine()===0)return this.identity();let e=this.elements,n=t.elements,s=1/xo.setFromMatrixColumn(t,0).length(),r=1/xo.setFromMatrixColumn(t,1).length(),o=1/xo.setFromMatrixColumn(t,2).length();return e[0]=n[0]*s,e[1]=n[1]*s,e[2]=n[2]*s,e[3]=0,e[4]=n[4]*r,e[5]=n[5]*r,e[6]=n[6]*r,e[7]=0,e[8]=n[8]*o,e[9]=n[9]*o,e[10]=n[10]*o,e[11]=0,e[12]=0,e[13]=0,e[14]=0,e[15]=1,this}makeRotationFromEuler(t){let e=this.elements,n=t.x,s=t.y,r=t.z,o=Math.cos(n),a=Math.sin(n),l=Math.cos(s),c=Math.sin(s),h=Math.cos(r),d=Math.sin(r);if(t.order==="XYZ"){let u=o*h,f=o*d,m=a*h,y=a*d;e[0]=l*h,e[4]=-l*d,e[8]=c,e[1]=f+m*c,e[5]=u-y*c,e[9]=-a*l,e[2]=y-u*c,e[6]=m+f*c,e[10]=o*l}else if(t.order==="YXZ"){let u=l*h,f=l*d,m=c*h,y=c*d;e[0]=u+y*a,e[4]=m*a-f,e[8]=o*c,e[1]=o*d,e[5]=o*h,e[9]=-a,e[2]=f*a-m,e[6]=y+u*a,e[10]=o*l}else if(t.order==="ZXY"){let u=l*h,f=l*d,m=c*h,y=c*d;e[0]=u-y*a,e[4]=-o*d,e[8]=m+f*a,e[1]=f+m*a,e[5]=o*h,e[9]=y-u*a,e[2]=-o*c,e[6]=a,e[10]=o*l}else if(t.order==="ZYX"){let u=o*h,f=o*d,m=a*h,y=a*d;e[0]=l*h,e[4]=m*c-f,e[8]=u*c+y,e[1]=l*d,e[5]=y*c+u,e[9]=f*c-m,e[2]=-c,e[6]=a*l,e[10]=o*l}else if(t.order==="YZX"){let u=o*l,f=o*c,m=a*l,y=a*c;e[0]=l*h,e[4]=y-u*d,e[8]=m*d+f,e[1]=d,e[5]=o*h,e[9]=-a*h,e[2]=-c*h,e[6]=f*d+m,e[10]=u-y*d}else if(t.order==="XZY"){let u=o*l,f=o*c,m=a*l,y=a*c;e[0]=l*h,e[4]=-d,e[8]=c*h,e[1]=u*d+y,e[5]=o*h,e[9]=f*d-m,e[2]=m*d-f,e[6]=a*h,e[10]=y*d+u}return e[3]=0,e[7]=0,e[11]=0,e[12]=0,e[13]=0,e[14]=0,e[15]=1,this}makeRotationFromQuaternion(t){return this.compose(Hv,t,Wv)}lookAt(t,e,n){let s=this.elements;return yi.subVectors(t,e),yi.lengthSq()===0&&(yi.z=1),yi.normalize(),$s.crossVectors(n,yi),$s.lengthSq()===0&&(Math.abs(n.z)===1?yi.x+=1e-4:yi.z+=1e-4,yi.normalize(),$s.crossVectors(n,yi)),$s.normalize(),dc.crossVectors(yi,$s),s[0]=$s.x,s[4]=dc.x,s[8]=yi.x,s[1]=$s.y,s[5]=dc.y,s[9]=yi.y,s[2]=$s.z,s[6]=dc.z,s[10]=yi.z,this}multiply(t){return this.multiplyMatrices(this,t)}premultiply(t){return this.multiplyMatrices(t,this)}multiplyMatrices(t,e){let n=t.elements,s=e.elements,r=this.elements,o=n[0],a=n[4],l=n[8],c=n[12],h=n[1],d=n[5],u=n[9],f=n[13],m=n[2],y=n[6],p=n[10],g=n[14],x=n[3],M=n[7],v=n[11],A=n[15],w=s[0],_=s[4],S=s[8],I=s[12],P=s[1],R=s[5],U=s[9],k=s[13],D=s[2],G=s[6],O=s[10],V=s[14],it=s[3],Y=s[7],j=s[11],tt=s[15];return r[0]=o*w+a*P+l*D+c*it,r[4]=o*_+a*R+l*G+c*Y,r[8]=o*S+a*U+l*O+c*j,r[12]=o*I+a*k+l*V+c*tt,r[1]=h*w+d*P+u*D+f*it,r[5]=h*_+d*R+u*G+f*Y,r[9]=h*S+d*U+u*O+f*j,r[13]=h*I+d*k+u*V+f*tt,r[2]=m*w+y*P+p*D+g*it,r[6]=m*_+y*R+p*G+g*Y,r[10]=m*S+y*U+p*O+g*j,r[14]=m*I+y*k+p*V+g*tt,r[3]=x*w+M*P+v*D+A*it,r[7]=x*_+M*R+v*G+A*Y,r[11]=x*S+M*U+v*O+A*j,r[15]=x*I+M*k+v*V+A*tt,this}multiplyScalar(t){let e=this.elements;return e[0]*=t,e[4]*=t,e[8]*=t,e[12]*=t,e[1]*=t,e[5]*=t,e[9]*=t,e[13]*=t,e[2]*=t,e[6]*=t,e[10]*=t,e[14]*=t,e[3]*=t,e[7]*=t,e[11]*=t,e[15]*=t,this}determinant(){let t=this.elements,e=t[0],n=t[4],s=t[8],r=t[12],o=t[1],a=t[5],l=t[9],c=t[13],h=t[2],d=t[6],u=t[10],f=t[14],m=t[3],y=t[7],p=t[11],g=t[15],x=l*f-c*u,M=a*f-c*d,v=a*u-l*d,A=o*f-c*h,w=o*u-l*h,_=o*d-a*h;return e*(y*x-p*M+g*v)-n*(m*x-p*A+g*w)+s*(m*M-y*A+g*_)-r*(m*v-y*w+p*_)}determinantAffine(){let t=this.elements,e=t[0],n=t[4],s=t[8],r=t[1],o=t[5],a=t[9],l=t[2],c=t[6],h=t[10];return e*(o*h-a*c)-n*(r*h-a*l)+s*(r*c-o*l)}transpose(){let t=this.elements,e;return e=t[1],t[1]=t[4],t[4]=e,e=t[2],t[2]=t[8],t[8]=e,e=t[6],t[6]=t[9],t[9]=e,e=t[3],t[3]=t[12],t[12]=e,e=t[7],t[7]=t[13],t[13]=e,e=t[11],t[11]=t[14],t[14]=e,this}setPosition(t,e,n){let s=this.elements;return t.isVector3?(s[12]=t.x,s[13]=t.y,s[14]=t.z):(s[12]=t,s[13]=e,s[14]=n),this}invert(){let t=this.elements,e=t[0],n=t[1],s=t[2],r=t[3],o=t[4],a=t[5],l=t[6],c=t[7],h=t[8],d=t[9],u=t[10],f=t[11],m=t[12],y=t[13],p=t[14],g=t[15],x=e*a-n*o,M=e*l-s*o,v=e*c-r*o,A=n*l-s*a,w=n*c-r*a,_=s*c-r*l,S=h*y-d*m,I=h*p-u*m,P=h*g-f*m,R=d*p-u*y,U=d*g-f*y,k=u*g-f*p,D=x*k-M*U+v*R+A*P-w*I+_*S;if(D===0)return this.set(0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);let G=1/D;return t[0]=(a*k-l*U+c*R)*G,t[1]=(s*U-n*k-r*R)*G,t[2]=(y*_-p*w+g*A)*G,t[3]=(u*w-d*_-f*A)*G,t[4]=(l*P-o*k-c*I)*G,t[5]=(e*k-s*P+r*I)*G,t[6]=(p*v-m*_-g*M)*G,t[7]=(h*_-u*v+f*M)*G,t[8]=(o*U-a*P+c*S)*G,t[9]=(n*P-e*U-r*S)*G,t[10]=(m*w-y*v+g*x)*G,t[11]=(d*v-h*w-f*x)*G,t[12]=(a*I-o*R-l*S)*G,t[13]=(e*R-n*I+s*S)*G,t[14]=(y*M-m*A-p*x)*G,t[15]=(h*A-d*M+u*x)*G,this}scale(t){let e=this.elements,n=t.x,s=t.y,r=t.z;return e[0]*=n,e[4]*=s,e[8]*=r,e[1]*=n,e[5]*=s,e[9]*=r,e[2]*=n,e[6]*=s,e[10]*=r,e[3]*=n,e[7]*=s,e[11]*=r,this}getMaxScaleOnAxis(){let t=this.elements,e=t[0]*t[0]+t[1]*t[1]+t[2]*t[2],n=t[4]*t[4]+t[5]*t[5]+t[6]*t[6],s=t[8]*t[8]+t[9]*t[9]+t[10]*t[10];return Math.sqrt(Math.max(e,n,s))}makeTranslation(t,e,n){return t.isVector3?this.set(1,0,0,t.x,0,1,0,t.y,0,0,1,t.z,0,0,0,1):this.set(1,0,0,t,0,1,0,e,0,0,1,n,0,0,0,1),this}makeRotationX(t){let e=Math.cos(t),n=Math.sin(t);return this.set(1,0,0,0,0,e,-n,0,0,n,e,0,0,0,0,1),this}makeRotationY(t){let e=Math.cos(t),n=Math.sin(t);return this.set(e,0,n,0,0,1,0,0,-n,0,e,0,0,0,0,1),this}makeRotationZ(t){let e=Math.cos(t),n=Math.sin(t);return this.set(e,-n,0,0,n,e,0,0,0,0,1,0,0,0,0,1),this}makeRotationAxis(t,e){let n=Math.cos(e),s=Math.sin(e),r=1-n,o=t.x,a=t.y,l=t.z,c=r*o,h=r*a;return this.set(c*o+n,c*a-s*l,c*l+s*a,0,c*a+s*l,h*a+n,h*l-s*o,0,c*l-s*a,h*l+s*o,r*l*l+n,0,0,0,0,1),this}makeScale(t,e,n){return this.set(t,0,0,0,0,e,0,0,0,0,n,0,0,0,0,1),this}makeShear(t,e,n,s,r,o){return this.set(1,n,r,0,t,1,o,0,e,s,1,0,0,0,0,1),this}compose(t,e,n){let s=this.elements,r=e._x,o=e._y,a=e._z,l=e._w,c=r+r,h=o+o,d=a+a,u=r*c,f=r*h,m=r*d,y=o*h,p=o*d,g=a*d,x=l*c,M=l*h,v=l*d,A=n.x,w=n.y,_=n.z;return s[0]=(1-(y+g))*A,s[1]=(f+v)*A,s[2]=(m-M)*A,s[3]=0,s[4]=(f-v)*w,s[5]=(1-(u+g))*w,s[6]=(p+x)*w,s[7]=0,s[8]=(m+M)*_,s[9]=(p-x)*_,s[10]=(1-(u+y))*_,s[11]=0,s[12]=t.x,s[13]=t.y,s[14]=t.z,s[15]=1,this}decompose(t,e,n){let s=this.elements;t.x=s[12],t.y=s[13],t.z=s[14];let r=this.determinantAffine();if(r===0)return n.set(1,1,1),e.identity(),this;let o=xo.set(s[0],s[1],s[2]).length(),a=xo.set(s[4],s[5],s[6]).length(),l=xo.set(s[8],s[9],s[10]).length();r<0&&(o=-o),Vi.copy(this);let c=1/o,h=1/a,d=1/l;return Vi.elements[0]*=c,Vi.elements[1]*=c,Vi.elements[2]*=c,Vi.elements[4]*=h,Vi.elements[5]*=h,Vi.elements[6]*=h,Vi.elements[8]*=d,Vi.elements[9]*=d,Vi.elements[10]*=d,e.setFromRotationMatrix(Vi),n.x=o,n.y=a,n.z=l,this}makePerspective(t,e,n,s,r,o,a=Pi,l=!1){let c=this.elements,h=2*r/(e-t),d=2*r/(n-s),u=(e+t)/(e-t),f=(n+s)/(n-s),m,y;if(l)m=r/(o-r),y=o*r/(o-r);else if(a===Pi)m=-(o+r)/(o-r),y=-2*o*r/(o-r);else if(a===Oo)m=-o/(o-r),y=-o*r/(o-r);else throw new Error("THREE.Matrix4.makePerspective(): Invalid coordinate system: "+a);return c[0]=h,c[4]=0,c[8]=u,c[12]=0,c[1]=0,c[5]=d,c[9]=f,c[13]=0,c[2]=0,c[6]=0,c[10]=m,c[14]=y,c[3]=0,c[7]=0,c[11]=-1,c[15]=0,this}makeOrthographic(t,e,n,s,r,o,a=Pi,l=!1){let c=this.elements,h=2/(e-t),d=2/(n-s),u=-(e+t)/(e-t),f=-(n+s)/(n-s),m,y;if(l)m=1/(o-r),y=o/(o-r);else if(a===Pi)m=-2/(o-r),y=-(o+r)/(o-r);else if(a===Oo)m=-1/(o-r),y=-r/(o-r);else throw new Error("THREE.Matrix4.makeOrthographic(): Invalid coordinate system: "+a);return c[0]=h,c[4]=0,c[8]=0,c[12]=u,c[1]=0,c[5]=d,c[9]=0,c[13]=f,c[2]=0,c[6]=0,c[10]=m,c[14]=y,c[3]=0,c[7]=0,c[11]=0,c[15]=1,this}equals(t){let e=this.elements,n=t.elements;for(let s=0;s<16;s++)if(e[s]!==n[s])return!1;return!0}fromArray(t,e=0){for(let n=0;n<16;n++)this.elements[n]=t[n+e];return this}toArray(t=[],e=0){let n=this.elements;return t[e]=n[0],t[e+1]=n[1],t[e+2]=n[2],t[e+3]=n[3],t[e+4]=n[4],t[e+5]=n[5],t[e+6]=n[6],t[e+7]=n[7],t[e+8]=n[8],t[e+9]=n[9],t[e+10]=n[10],t[e+11]=n[11],t[e+12]=n[12],t[e+13]=n[13],t[e+14]=n[14],t[e+15]=n[15],t}};_h.prototype.isMatrix4=!0;var $t=_h,xo=new H,Vi=new $t,Hv=new H(0,0,0),Wv=new H(1,1,1),$s=new H,dc=new H,yi=new H,Mg=new $t,wg=new Qe,ri=class i{constructor(t=0,e=0,n=0,s=i.DEFAULT_ORDER){this.isEuler=!0,this._x=t,this._y=e,this._z=n,this._order=s}get x(){return this._x}set x(t){this._x=t,this._onChangeCallback()}get y(){return this._y}set y(t){this._y=t,this._onChangeCallback()}get z(){return this._z}set z(t){this._z=t,this._onChangeCallback()}get order(){return this._order}set order(t){this._order=t,this._onChangeCallback()}set(t,e,n,s=this._order){return this._x=t,this._y=e,this._z=n,this._order=s,this._onChangeCallback(),this}clone(){return new this.constructor(this._x,this._y,this._z,this._order)}copy(t){return this._x=t._x,this._y=t._y,this._z=t._z,this._order=t._order,this._onChangeCallback(),this}setFromRotationMatrix(t,e=this._order,n=!0){let s=t.elements,r=s[0],o=s[4],a=s[8],l=s[1],c=s[5],h=s[9],d=s[2],u=s[6],f=s[10];switch(e){case"XYZ":this._y=Math.asin(me(a,-1,1)),Math.abs(a)<.9999999?(this._x=Math.atan2(-h,f),this._z=Math.atan2(-o,r)):(this._x=Math.atan2(u,c),this._z=0);break;case"YXZ":this._x=Math.asin(-me(h,-1,1)),Math.abs(h)<.9999999?(this._y=Math.atan2(a,f),this._z=Math.atan2(l,c)):(this._y=Math.atan2(-d,r),this._z=0);break;case"ZXY":this._x=Math.asin(me(u,-1,1)),Math.abs(u)<.9999999?(this._y=Math.atan2(-d,f),this._z=Math.atan2(-o,c)):(this._y=0,this._z=Math.atan2(l,r));break;case"ZYX":this._y=Math.asin(-me(d,-1,1)),Math.abs(d)<.9999999?(this._x=Math.atan2(u,f),this._z=Math.atan2(l,r)):(this._x=0,this._z=Math.atan2(-o,c));break;case"YZX":this._z=Math.asin(me(l,-1,1)),Math.abs(l)<.9999999?(this._x=Math.atan2(-h,c),this._y=Math.atan2(-d,r)):(this._x=0,this._y=Math.atan2(a,f));break;case"XZY":this._z=Math.asin(-me(o,-1,1)),Math.abs(o)<.9999999?(this._x=Math.atan2(u,c),this._y=Math.atan2(a,r)):(this._x=Math.atan2(-h,f),this._y=0);break;default:Yt("Euler: .setFromRotationMatrix() encountered an unknown order: "+e)}return this._order=e,n===!0&&this._onChangeCallback(),this}setFromQuaternion(t,e,n){return Mg.makeRotationFromQuaternion(t),this.setFromRotationMatrix(Mg,e,n)}setFromVector3(t,e=this._order){return this.set(t.x,t.y,t.z,e)}reorder(t){return wg.setFromEuler(this),this.setFromQuaternion(wg,t)}equals(t){return t._x===this._x&&t._y===this._y&&t._z===this._z&&t._order===this._order}fromArray(t){return this._x=t[0],this._y=t[1],this._z=t[2],t[3]!==void 0&&(this._order=t[3]),this._onChangeCallback(),this}toArray(t=[],e=0){return t[e]=this._x,t[e+1]=this._y,t[e+2]=this._z,t[e+3]=this._order,t}_onChange(t){return this._onChangeCallback=t,this}_onChangeCallback(){}*[Symbol.iterator](){yield this._x,yield this._y,yield this._z,yield this._order}};ri.DEFAULT_ORDER="XYZ";var Wa=class{constructor(){this.mask=1}set(t){this.mask=(1<<t|0)>>>0}enable(t){this.mask|=1<<t|0}enableAll(){this.mask=-1}toggle(t){this.mask^=1<<t|0}disable(t){this.mask&=~(1<<t|0)}disableAll(){this.mask=0}test(t){return(this.mask&t.mask)!==0}isEnabled(t){return(this.mask&(1<<t|0))!==0}},Xv=0,Tg=new H,yo=new Qe,bs=new $t,fc=new H,Ta=new H,qv=new H,Yv=new Qe,Ag=new H(1,0,0),Eg=new H(0,1,0),Cg=new H(0,0,1),Rg={type:"added"},$v={type:"removed"},vo={type:"childadded",child:null},Rd={type:"childremoved",child:null},tn=class i extends Xi{constructor(){super(),this.isObject3D=!0,Object.defineProperty(this,"id",{value:Xv++}),this.uuid=us(),this.name="",this.type="Object3D",this.parent=null,this.children=[],this.up=i.DEFAULT_UP.clone();let t=new H,e=new ri,n=new Qe,s=new H(1,1,1);function r(){n.setFromEuler(e,!1)}function o(){e.setFromQuaternion(n,void 0,!1)}e._onChange(r),n._onChange(o),Object.defineProperties(this,{position:{configurable:!0,enumerable:!0,value:t},rotation:{configurable:!0,enumerable:!0,value:e},quaternion:{configurable:!0,enumerable:!0,value:n},scale:{configurable:!0,enumerable:!0,value:s},modelViewMatrix:{value:new $t},normalMatrix:{value:new ie}}),this.matrix=new $t,this.matrixWorld=new $t,this.matrixAutoUpdate=i.DEFAULT_MATRIX_AUTO_UPDATE,this.matrixWorldAutoUpdate=i.DEFAULT_MATRIX_WORLD_AUTO_UPDATE,this.matrixWorldNeedsUpdate=!1,this.layers=new Wa,this.visible=!0,this.castShadow=!1,this.receiveShadow=!1,this.frustumCulled=!0,this.renderOrder=0,this.animations=[],this.customDepthMaterial=void 0,this.customDistanceMaterial=void 0,this.static=!1,this.userData={},this.pivot=null}onBeforeShadow(){}onAfterShadow(){}onBeforeRender(){}onAfterRender(){}applyMatrix4(t){this.matrixAutoUpdate&&this.updateMatrix(),this.matrix.premultiply(t),this.matrix.decompose(this.position,this.quaternion,this.scale),this.pivot!==null&&this.position.copy(this.pivot).applyMatrix4(this.matrix).sub(this.pivot)}applyQuaternion(t){return this.quaternion.premultiply(t),this}setRotationFromAxisAngle(t,e){this.quaternion.setFromAxisAngle(t,e)}setRotationFromEuler(t){this.quaternion.setFromEuler(t,!0)}setRotationFromMatrix(t){this.quaternion.setFromRotationMatrix(t)}setRotationFromQuaternion(t){this.quaternion.copy(t)}rotateOnAxis(t,e){return yo.setFromAxisAngle(t,e),this.quaternion.multiply(yo),this}rotateOnWorldAxis(t,e){return yo.setFromAxisAngle(t,e),this.quaternion.premultiply(yo),this}rotateX(t){return this.rotateOnAxis(Ag,t)}rotateY(t){return this.rotateOnAxis(Eg,t)}rotateZ(t){return this.rotateOnAxis(Cg,t)}translateOnAxis(t,e){return Tg.copy(t).applyQuaternion(this.quaternion),this.position.add(Tg.multiplyScalar(e)),this}translateX(t){return this.translateOnAxis(Ag,t)}translateY(t){return this.translateOnAxis(Eg,t)}translateZ(t){return this.translateOnAxis(Cg,t)}localToWorld(t){return this.updateWorldMatrix(!0,!1),t.applyMatrix4(this.matrixWorld)}worldToLocal(t){return this.updateWorldMatrix(!0,!1),t.applyMatrix4(bs.copy(this.matrixWorld).invert())}lookAt(t,e,n){t.isVector3?fc.copy(t):fc.set(t,e,n);let s=this.parent;this.updateWorldMatrix(!0,!1),Ta.setFromMatrixPosition(this.matrixWorld),this.isCamera||this.isLight?bs.lookAt(Ta,fc,this.up):bs.lookAt(fc,Ta,this.up),this.quaternion.setFromRotationMatrix(bs),s&&(bs.extractRotation(s.matrixWorld),yo.setFromRotationMatrix(bs),this.quaternion.premultiply(yo.invert()))}add(t){if(arguments.length>1){for(let e=0;e<arguments.length;e++)this.add(arguments[e]);return this}return t===this?(Qt("Object3D.add: object can't be added as a child of itself.",t),this):(t&&t.isObject3D?(t.removeFromParent(),t.parent=this,this.children.push(t),t.dispatchEvent(Rg),vo.child=t,this.dispatchEvent(vo),vo.child=null):Qt("Object3D.add: object not an instance of THREE.Object3D.",t),this)}remove(t){if(arguments.length>1){for(let n=0;n<arguments.length;n++)this.remove(arguments[n]);return this}let e=this.children.indexOf(t);return e!==-1&&(t.parent=null,this.children.splice(e,1),t.dispatchEvent($v),Rd.child=t,this.dispatchEvent(Rd),Rd.child=null),this}removeFromParent(){let t=this.parent;return t!==null&&t.remove(this),this}clear(){return this.remove(...this.children)}attach(t){return this.updateWorldMatrix(!0,!1),bs.copy(this.matrixWorld).invert(),t.parent!==null&&(t.parent.updateWorldMatrix(!0,!1),bs.multiply(t.parent.matrixWorld)),t.applyMatrix4(bs),t.removeFromParent(),t.parent=this,this.children.push(t),t.updateWorldMatrix(!1,!0),t.dispatchEvent(Rg),vo.child=t,this.dispatchEvent(vo),vo.child=null,this}getObjectById(t){return this.getObjectByProperty("id",t)}getObjectByName(t){return this.getObjectByProperty("name",t)}getObjectByProperty(t,e){if(this[t]===e)return this;for(let n=0,s=this.children.length;n<s;n++){let o=this.children[n].getObjectByProperty(t,e);if(o!==void 0)return o}}getObjectsByProperty(t,e,n=[]){this[t]===e&&n.push(this);let s=this.children;for(let r=0,o=s.length;r<o;r++)s[r].getObjectsByProperty(t,e,n);return n}getWorldPosition(t){return this.updateWorldMatrix(!0,!1),t.setFromMatrixPosition(this.matrixWorld)}getWorldQuaternion(t){return this.updateWorldMatrix(!0,!1),this.matrixWorld.decompose(Ta,t,qv),t}getWorldScale(t){return this.updateWorldMatrix(!0,!1),this.matrixWorld.decompose(Ta,Yv,t),t}getWorldDirection(t){this.updateWorldMatrix(!0,!1);let e=this.matrixWorld.elements;return t.set(e[8],e[9],e[10]).normalize()}raycast(){}intersectsFrustum(){return!0}traverse(t){t(this);let e=this.children;for(let n=0,s=e.length;n<s;n++)e[n].traverse(t)}traverseVisible(t){if(this.visible===!1)return;t(this);let e=this.children;for(let n=0,s=e.length;n<s;n++)e[n].traverseVisible(t)}traverseAncestors(t){let e=this.parent;e!==null&&(t(e),e.traverseAncestors(t))}updateMatrix(){this.matrix.compose(this.position,this.quaternion,this.scale);let t=this.pivot;if(t!==null){let e=t.x,n=t.y,s=t.z,r=this.matrix.elements;r[12]+=e-r[0]*e-r[4]*n-r[8]*s,r[13]+=n-r[1]*e-r[5]*n-r[9]*s,r[14]+=s-r[2]*e-r[6]*n-r[10]*s}this.matrixWorldNeedsUpdate=!0}updateMatrixWorld(t){this.matrixAutoUpdate&&this.updateMatrix(),(this.matrixWorldNeedsUpdate||t)&&(this.matrixWorldAutoUpdate===!0&&(this.parent===null?this.matrixWorld.copy(this.matrix):this.matrixWorld.multiplyMatrices(this.parent.matrixWorld,this.matrix)),this.matrixWorldNeedsUpdate=!1,t=!0);let e=this.children;for(let n=0,s=e.length;n<s;n++)e[n].updateMatrixWorld(t)}updateWorldMatrix(t,e,n=!1){let s=this.parent;if(t===!0&&s!==null&&s.updateWorldMatrix(!0,!1),this.matrixAutoUpdate&&this.updateMatrix(),(this.matrixWorldNeedsUpdate||n)&&(this.matrixWorldAutoUpdate===!0&&(this.parent===null?this.matrixWorld.copy(this.matrix):this.matrixWorld.multiplyMatrices(this.parent.matrixWorld,this.matrix)),this.matrixWorldNeedsUpdate=!1,n=!0),e===!0){let r=this.children;for(let o=0,a=r.length;o<a;o++)r[o].updateWorldMatrix(!1,!0,n)}}toJSON(t){let e=t===void 0||typeof t=="string",n={};e&&(t={geometries:{},materials:{},textures:{},images:{},shapes:{},skeletons:{},animations:{},nodes:{}},n.metadata={version:4.7,type:"Object",generator:"Object3D.toJSON"});let s={};s.uuid=this.uuid,s.type=this.type,s.name=this.name,s.castShadow=this.castShadow,s.receiveShadow=this.receiveShadow,s.visible=this.visible,s.frustumCulled=this.frustumCulled,s.renderOrder=this.renderOrder,s.static=this.static,s.matrixAutoUpdate=this.matrixAutoUpdate,Object.keys(this.userData).length>0&&(s.userData=this.userData),s.layers=this.layers.mask,s.matrix=this.matrix.toArray(),s.up=this.up.toArray(),this.pivot!==null&&(s.pivot=this.pivot.toArray()),this.morphTargetDictionary!==void 0&&(s.morphTargetDictionary=Object.assign({},this.morphTargetDictionary)),this.morphTargetInfluences!==void 0&&(s.morphTargetInfluences=this.morphTargetInfluences.slice()),this.isInstancedMesh&&(s.type="InstancedMesh",s.count=this.count,s.instanceMatrix=this.instanceMatrix.toJSON(),this.instanceColor!==null&&(s.instanceColor=this.instanceColor.toJSON())),this.isBatchedMesh&&(s.type="BatchedMesh",s.perObjectFrustumCulled=this.perObjectFrustumCulled,s.sortObjects=this.sortObjects,s.drawRanges=this._drawRanges,s.reservedRanges=this._reservedRanges,s.geometryInfo=this._geometryInfo.map(a=>({...a,boundingBox:a.boundingBox?a.boundingBox.toJSON():void 0,boundingSphere:a.boundingSphere?a.boundingSphere.toJSON():void 0})),s.instanceInfo=this._instanceInfo.map(a=>({...a})),s.availableInstanceIds=this._availableInstanceIds.slice(),s.availableGeometryIds=this._availableGeometryIds.slice(),s.nextIndexStart=this._nextIndexStart,s.nextVertexStart=this._nextVertexStart,s.geometryCount=this._geometryCount,s.maxInstanceCount=this._maxInstanceCount,s.maxVertexCount=this._maxVertexCount,s.maxIndexCount=this._maxIndexCount,s.geometryInitialized=this._geometryInitialized,s.matricesTexture=this._matricesTexture.toJSON(t),s.indirectTexture=this._indirectTexture.toJSON(t),this._colorsTexture!==null&&(s.colorsTexture=this._colorsTexture.toJSON(t)),this.boundingSphere!==null&&(s.boundingSphere=this.boundingSphere.toJSON()),this.boundingBox!==null&&(s.boundingBox=this.boundingBox.toJSON()));function r(a,l){return a[l.uuid]===void 0&&(a[l.uuid]=l.toJSON(t)),l.uuid}if(this.isScene)this.background&&(this.background.isColor?s.background=this.background.toJSON():this.background.isTexture&&(s.background=this.background.toJSON(t).uuid)),this.environment&&this.environment.isTexture&&this.environment.isRenderTargetTexture!==!0&&(s.environment=this.environment.toJSON(t).uuid);else if(this.isMesh||this.isLine||this.isPoints){s.geometry=r(t.geometries,this.geometry);let a=this.geometry.parameters;if(a!==void 0&&a.shapes!==void 0){let l=a.shapes;if(Array.isArray(l))for(let c=0,h=l.length;c<h;c++){let d=l[c];r(t.shapes,d)}else r(t.shapes,l)}}if(this.isSkinnedMesh&&(s.bindMode=this.bindMode,s.bindMatrix=this.bindMatrix.toArray(),this.skeleton!==void 0&&(r(t.skeletons,this.skeleton),s.skeleton=this.skeleton.uuid)),this.material!==void 0)if(Array.isArray(this.material)){let a=[];for(let l=0,c=this.material.length;l<c;l++)a.push(r(t.materials,this.material[l]));s.material=a}else s.material=r(t.materials,this.material);if(this.children.length>0){s.children=[];for(let a=0;a<this.children.length;a++)s.children.push(this.children[a].toJSON(t).object)}if(this.animations.length>0){s.animations=[];for(let a=0;a<this.animations.length;a++){let l=this.animations[a];s.animations.push(r(t.animations,l))}}if(e){let a=o(t.geometries),l=o(t.materials),c=o(t.textures),h=o(t.images),d=o(t.shapes),u=o(t.skeletons),f=o(t.animations),m=o(t.nodes);a.length>0&&(n.geometries=a),l.length>0&&(n.materials=l),c.length>0&&(n.textures=c),h.length>0&&(n.images=h),d.length>0&&(n.shapes=d),u.length>0&&(n.skeletons=u),f.length>0&&(n.animations=f),m.length>0&&(n.nodes=m)}return n.object=s,n;function o(a){let l=[];for(let c in a){let h=a[c];delete h.metadata,l.push(h)}return l}}clone(t){return new this.constructor().copy(this,t)}copy(t,e=!0){if(this.name=t.name,this.up.copy(t.up),this.position.copy(t.position),this.rotation.order=t.rotation.order,this.quaternion.copy(t.quaternion),this.scale.copy(t.scale),this.pivot=t.pivot!==null?t.pivot.clone():null,this.matrix.copy(t.matrix),this.matrixWorld.copy(t.matrixWorld),this.matrixAutoUpdate=t.matrixAutoUpdate,this.matrixWorldAutoUpdate=t.matrixWorldAutoUpdate,this.matrixWorldNeedsUpdate=t.matrixWorldNeedsUpdate,this.layers.mask=t.layers.mask,this.visible=t.visible,this.castShadow=t.castShadow,this.receiveShadow=t.receiveShadow,this.frustumCulled=t.frustumCulled,this.renderOrder=t.renderOrder,this.static=t.static,this.animations=t.animations.slice(),this.userData=JSON.parse(JSON.stringify(t.userData)),e===!0)for(let n=0;n<t.children.length;n++){let s=t.children[n];this.add(s.clone())}return this}dispose(){this.dispatchEvent({type:"dispose"})}};tn.DEFAULT_UP=new H(0,1,0);tn.DEFAULT_MATRIX_AUTO_UPDATE=!0;tn.DEFAULT_MATRIX_WORLD_AUTO_UPDATE=!0;var dn=class extends tn{constructor(){super(),this.isGroup=!0,this.type="Group"}},Zv={type:"move"},Vo=class{constructor(){this._targetRay=null,this._grip=null,this._hand=null}getHandSpace(){return this._hand===null&&(this._hand=new dn,this._hand.matrixAutoUpdate=!1,this._hand.visible=!1,this._hand.joints={},this._hand.inputState={pinching:!1}),this._hand}getTargetRaySpace(){return this._targetRay===null&&(this._targetRay=new dn,this._targetRay.matrixAutoUpdate=!1,this._targetRay.visible=!1,this._targetRay.hasLinearVelocity=!1,this._targetRay.linearVelocity=new H,this._targetRay.hasAngularVelocity=!1,this._targetRay.angularVelocity=new H),this._targetRay}getGripSpace(){return this._grip===null&&(this._grip=new dn,this._grip.matrixAutoUpdate=!1,this._grip.visible=!1,this._grip.hasLinearVelocity=!1,this._grip.linearVelocity=new H,this._grip.hasAngularVelocity=!1,this._grip.angularVelocity=new H,this._grip.eventsEnabled=!1),this._grip}dispatchEvent(t){return this._targetRay!==null&&this._targetRay.dispatchEvent(t),this._grip!==null&&this._grip.dispatchEvent(t),this._hand!==null&&this._hand.dispatchEvent(t),this}connect(t){if(t&&t.hand){let e=this._hand;if(e)for(let n of t.hand.values())this._getHandJoint(e,n)}return this.dispatchEvent({type:"connected",data:t}),this}disconnect(t){return this.dispatchEvent({type:"disconnected",data:t}),this._targetRay!==null&&(this._targetRay.visible=!1),this._grip!==null&&(this._grip.visible=!1),this._hand!==null&&(this._hand.visible=!1),this}update(t,e,n){let s=null,r=null,o=null,a=this._targetRay,l=this._grip,c=this._hand;if(t&&e.session.visibilityState!=="visible-blurred"){if(c&&t.hand){o=!0;for(let y of t.hand.values()){let p=e.getJointPose(y,n),g=this._getHandJoint(c,y);p!==null&&(g.matrix.fromArray(p.transform.matrix),g.matrix.decompose(g.position,g.quaternion,g.scale),g.matrixWorldNeedsUpdate=!0,g.jointRadius=p.radius),g.visible=p!==null}let h=c.joints["index-finger-tip"],d=c.joints["thumb-tip"],u=h.position.distanceTo(d.position),f=.02,m=.005;c.inputState.pinching&&u>f+m?(c.inputState.pinching=!1,this.dispatchEvent({type:"pinchend",handedness:t.handedness,target:this})):!c.inputState.pinching&&u<=f-m&&(c.inputState.pinching=!0,this.dispatchEvent({type:"pinchstart",handedness:t.handedness,target:this}))}else l!==null&&t.gripSpace&&(r=e.getPose(t.gripSpace,n),r!==null&&(l.matrix.fromArray(r.transform.matrix),l.matrix.decompose(l.position,l.quaternion,l.scale),l.matrixWorldNeedsUpdate=!0,r.linearVelocity?(l.hasLinearVelocity=!0,l.linearVelocity.copy(r.linearVelocity)):l.hasLinearVelocity=!1,r.angularVelocity?(l.hasAngularVelocity=!0,l.angularVelocity.copy(r.angularVelocity)):l.hasAngularVelocity=!1,l.eventsEnabled&&l.dispatchEvent({type:"gripUpdated",data:t,target:this})));a!==null&&(s=e.getPose(t.targetRaySpace,n),s===null&&r!==null&&(s=r),s!==null&&(a.matrix.fromArray(s.transform.matrix),a.matrix.decompose(a.position,a.quaternion,a.scale),a.matrixWorldNeedsUpdate=!0,s.linearVelocity?(a.hasLinearVelocity=!0,a.linearVelocity.copy(s.linearVelocity)):a.hasLinearVelocity=!1,s.angularVelocity?(a.hasAngularVelocity=!0,a.angularVelocity.copy(s.angularVelocity)):a.hasAngularVelocity=!1,this.dispatchEvent(Zv)))}return a!==null&&(a.visible=s!==null),l!==null&&(l.visible=r!==null),c!==null&&(c.visible=o!==null),this}_getHandJoint(t,e){if(t.joints[e.jointName]===void 0){let n=new dn;n.matrixAutoUpdate=!1,n.visible=!1,t.joints[e.jointName]=n,t.add(n)}return t.joints[e.jointName]}},q0={aliceblue:15792383,antiquewhite:16444375,aqua:65535,aquamarine:8388564,azure:15794175,beige:16119260,bisque:16770244,black:0,blanchedalmond:16772045,blue:255,blueviolet:9055202,brown:10824234,burlywood:14596231,cadetblue:6266528,chartreuse:8388352,chocolate:13789470,coral:16744272,cornflowerblue:6591981,cornsilk:16775388,crimson:14423100,cyan:65535,darkblue:139,darkcyan:35723,darkgoldenrod:12092939,darkgray:11119017,darkgreen:25600,darkgrey:11119017,darkkhaki:12433259,darkmagenta:9109643,darkolivegreen:5597999,darkorange:16747520,darkorchid:10040012,darkred:9109504,darksalmon:15308410,darkseagreen:9419919,darkslateblue:4734347,darkslategray:3100495,darkslategrey:3100495,darkturquoise:52945,darkviolet:9699539,deeppink:16716947,deepskyblue:49151,dimgray:6908265,dimgrey:6908265,dodgerblue:2003199,firebrick:11674146,floralwhite:16775920,forestgreen:2263842,fuchsia:16711935,gainsboro:14474460,ghostwhite:16316671,gold:16766720,goldenrod:14329120,gray:8421504,green:32768,greenyellow:11403055,grey:8421504,honeydew:15794160,hotpink:16738740,indianred:13458524,indigo:4915330,ivory:16777200,khaki:15787660,lavender:15132410,lavenderblush:16773365,lawngreen:8190976,lemonchiffon:16775885,lightblue:11393254,lightcoral:15761536,lightcyan:14745599,lightgoldenrodyellow:16448210,lightgray:13882323,lightgreen:9498256,lightgrey:13882323,lightpink:16758465,lightsalmon:16752762,lightseagreen:2142890,lightskyblue:8900346,lightslategray:7833753,lightslategrey:7833753,lightsteelblue:11584734,lightyellow:16777184,lime:65280,limegreen:3329330,linen:16445670,magenta:16711935,maroon:8388608,mediumaquamarine:6737322,mediumblue:205,mediumorchid:12211667,mediumpurple:9662683,mediumseagreen:3978097,mediumslateblue:8087790,mediumspringgreen:64154,mediumturquoise:4772300,mediumvioletred:13047173,midnightblue:1644912,mintcream:16121850,mistyrose:16770273,moccasin:16770229,navajowhite:16768685,navy:128,oldlace:16643558,olive:8421376,olivedrab:7048739,orange:16753920,orangered:16729344,orchid:14315734,palegoldenrod:15657130,palegreen:10025880,paleturquoise:11529966,palevioletred:14381203,papayawhip:16773077,peachpuff:16767673,peru:13468991,pink:16761035,plum:14524637,powderblue:11591910,purple:8388736,rebeccapurple:6697881,red:16711680,rosybrown:12357519,royalblue:4286945,saddlebrown:9127187,salmon:16416882,sandybrown:16032864,seagreen:3050327,seashell:16774638,sienna:10506797,silver:12632256,skyblue:8900331,slateblue:6970061,slategray:7372944,slategrey:7372944,snow:16775930,springgreen:65407,steelblue:4620980,tan:13808780,teal:32896,thistle:14204888,tomato:16737095,turquoise:4251856,violet:15631086,wheat:16113331,white:16777215,whitesmoke:16119285,yellow:16776960,yellowgreen:10145074},Zs={h:0,s:0,l:0},pc={h:0,s:0,l:0};function Pd(i,t,e){return e<0&&(e+=1),e>1&&(e-=1),e<1/6?i+(t-i)*6*e:e<1/2?t:e<2/3?i+(t-i)*6*(2/3-e):i}var qt=class{constructor(t,e,n){return this.isColor=!0,this.r=1,this.g=1,this.b=1,this.set(t,e,n)}set(t,e,n){if(e===void 0&&n===void 0){let s=t;s&&s.isColor?this.copy(s):typeof s=="number"?this.setHex(s):typeof s=="string"&&this.setStyle(s)}else this.setRGB(t,e,n);return this}setScalar(t){return this.r=t,this.g=t,this.b=t,this}setHex(t,e=Ce){return t=Math.floor(t),this.r=(t>>16&255)/255,this.g=(t>>8&255)/255,this.b=(t&255)/255,le.colorSpaceToWorking(this,e),this}setRGB(t,e,n,s=le.workingColorSpace){return this.r=t,this.g=e,this.b=n,le.colorSpaceToWorking(this,s),this}setHSL(t,e,n,s=le.workingColorSpace){if(t=Of(t,1),e=me(e,0,1),n=me(n,0,1),e===0)this.r=this.g=this.b=n;else{let r=n<=.5?n*(1+e):n+e-n*e,o=2*n-r;this.r=Pd(o,r,t+1/3),this.g=Pd(o,r,t),this.b=Pd(o,r,t-1/3)}return le.colorSpaceToWorking(this,s),this}setStyle(t,e=Ce){function n(r){r!==void 0&&parseFloat(r)<1&&Yt("Color: Alpha component of "+t+" will be ignored.")}let s;if(s=/^(\w+)\(([^\)]*)\)/.exec(t)){let r,o=s[1],a=s[2];switch(o){case"rgb":case"rgba":if(r=/^\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*(\d+(?:\.\d+)?|\.\d+)\s*)?$/.exec(a))return n(r[4]),this.setRGB(Math.min(255,parseInt(r[1],10))/255,Math.min(255,parseInt(r[2],10))/255,Math.min(255,parseInt(r[3],10))/255,e);if(r=/^\s*(\d+(?:\.\d+)?|\.\d+)\%\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*(?:,\s*(\d+(?:\.\d+)?|\.\d+)\s*)?$/.exec(a))return n(r[4]),this.setRGB(Math.min(100,parseFloat(r[1]))/100,Math.min(100,parseFloat(r[2]))/100,Math.min(100,parseFloat(r[3]))/100,e);break;case"hsl":case"hsla":if(r=/^\s*([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*(?:,\s*(\d+(?:\.\d+)?|\.\d+)\s*)?$/.exec(a))return n(r[4]),this.setHSL(parseFloat(r[1])/360,parseFloat(r[2])/100,parseFloat(r[3])/100,e);break;default:Yt("Color: Unknown color model "+t)}}else if(s=/^\#([A-Fa-f\d]+)$/.exec(t)){let r=s[1],o=r.length;if(o===3)return this.setRGB(parseInt(r.charAt(0),16)/15,parseInt(r.charAt(1),16)/15,parseInt(r.charAt(2),16)/15,e);if(o===6)return this.setHex(parseInt(r,16),e);Yt("Color: Invalid hex color "+t)}else if(t&&t.length>0)return this.setColorName(t,e);return this}setColorName(t,e=Ce){let n=q0[t.toLowerCase()];return n!==void 0?this.setHex(n,e):Yt("Color: Unknown color "+t),this}clone(){return new this.constructor(this.r,this.g,this.b)}copy(t){return this.r=t.r,this.g=t.g,this.b=t.b,this}copySRGBToLinear(t){return this.r=Es(t.r),this.g=Es(t.g),this.b=Es(t.b),this}copyLinearToSRGB(t){return this.r=Do(t.r),this.g=Do(t.g),this.b=Do(t.b),this}convertSRGBToLinear(){return this.copySRGBToLinear(this),this}convertLinearToSRGB(){return this.copyLinearToSRGB(this),this}getHex(t=Ce){return le.workingToColorSpace(Xn.copy(this),t),Math.round(me(Xn.r*255,0,255))*65536+Math.round(me(Xn.g*255,0,255))*256+Math.round(me(Xn.b*255,0,255))}getHexString(t=Ce){return("000000"+this.getHex(t).toString(16)).slice(-6)}getHSL(t,e=le.workingColorSpace){le.workingToColorSpace(Xn.copy(this),e);let n=Xn.r,s=Xn.g,r=Xn.b,o=Math.max(n,s,r),a=Math.min(n,s,r),l,c,h=(a+o)/2;if(a===o)l=0,c=0;else{let d=o-a;switch(c=h<=.5?d/(o+a):d/(2-o-a),o){case n:l=(s-r)/d+(s<r?6:0);break;case s:l=(r-n)/d+2;break;case r:l=(n-s)/d+4;break}l/=6}return t.h=l,t.s=c,t.l=h,t}getRGB(t,e=le.workingColorSpace){return le.workingToColorSpace(Xn.copy(this),e),t.r=Xn.r,t.g=Xn.g,t.b=Xn.b,t}getStyle(t=Ce){le.workingToColorSpace(Xn.copy(this),t);let e=Xn.r,n=Xn.g,s=Xn.b;return t!==Ce?`color(${t} ${e.toFixed(3)} ${n.toFixed(3)} ${s.toFixed(3)})`:`rgb(${Math.round(e*255)},${Math.round(n*255)},${Math.round(s*255)})`}offsetHSL(t,e,n){return this.getHSL(Zs),this.setHSL(Zs.h+t,Zs.s+e,Zs.l+n)}add(t){return this.r+=t.r,this.g+=t.g,this.b+=t.b,this}addColors(t,e){return this.r=t.r+e.r,this.g=t.g+e.g,this.b=t.b+e.b,this}addScalar(t){return this.r+=t,this.g+=t,this.b+=t,this}sub(t){return this.r=Math.max(0,this.r-t.r),this.g=Math.max(0,this.g-t.g),this.b=Math.max(0,this.b-t.b),this}multiply(t){return this.r*=t.r,this.g*=t.g,this.b*=t.b,this}multiplyScalar(t){return this.r*=t,this.g*=t,this.b*=t,this}lerp(t,e){return this.r+=(t.r-this.r)*e,this.g+=(t.g-this.g)*e,this.b+=(t.b-this.b)*e,this}lerpColors(t,e,n){return this.r=t.r+(e.r-t.r)*n,this.g=t.g+(e.g-t.g)*n,this.b=t.b+(e.b-t.b)*n,this}lerpHSL(t,e){this.getHSL(Zs),t.getHSL(pc);let n=ka(Zs.h,pc.h,e),s=ka(Zs.s,pc.s,e),r=ka(Zs.l,pc.l,e);return this.setHSL(n,s,r),this}setFromVector3(t){return this.r=t.x,this.g=t.y,this.b=t.z,this}applyMatrix3(t){let e=this.r,n=this.g,s=this.b,r=t.elements;return this.r=r[0]*e+r[3]*n+r[6]*s,this.g=r[1]*e+r[4]*n+r[7]*s,this.b=r[2]*e+r[5]*n+r[8]*s,this}equals(t){return t.r===this.r&&t.g===this.g&&t.b===this.b}fromArray(t,e=0){return this.r=t[e],this.g=t[e+1],this.b=t[e+2],this}toArray(t=[],e=0){return t[e]=this.r,t[e+1]=this.g,t[e+2]=this.b,t}fromBufferAttribute(t,e){return this.r=t.getX(e),this.g=t.getY(e),this.b=t.getZ(e),this}toJSON(){return this.getHex()}*[Symbol.iterator](){yield this.r,yield this.g,yield this.b}},Xn=new qt;qt.NAMES=q0;var tr=class extends tn{constructor(){super(),this.isScene=!0,this.type="Scene",this.background=null,this.environment=null,this.fog=null,this.backgroundBlurriness=0,this.backgroundIntensity=1,this.backgroundRotation=new ri,this.environmentIntensity=1,this.environmentRotation=new ri,this.overrideMaterial=null,typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("observe",{detail:this}))}copy(t,e){return super.copy(t,e),this.background=t.background!==null?t.background.clone():null,this.environment=t.environment!==null?t.environment.clone():null,this.fog=t.fog!==null?t.fog.clone():null,this.backgroundBlurriness=t.backgroundBlurriness,this.backgroundIntensity=t.backgroundIntensity,this.backgroundRotation.copy(t.backgroundRotation),this.environmentIntensity=t.environmentIntensity,this.environmentRotation.copy(t.environmentRotation),this.overrideMaterial=t.overrideMaterial!==null?t.overrideMaterial.clone():null,this.matrixAutoUpdate=t.matrixAutoUpdate,this}toJSON(t){let e=super.toJSON(t);return this.fog!==null&&(e.object.fog=this.fog.toJSON()),e.object.backgroundBlurriness=this.backgroundBlurriness,e.object.backgroundIntensity=this.backgroundIntensity,e.object.backgroundRotation=this.backgroundRotation.toArray(),e.object.environmentIntensity=this.environmentIntensity,e.object.environmentRotation=this.environmentRotation.toArray(),e}},Gi=new H,Ss=new H,Id=new H,Ms=new H,bo=new H,So=new H,Pg=new H,Ld=new H,Nd=new H,Dd=new H,Ud=new Ne,Fd=new Ne,Od=new Ne,Wi=class i{constructor(t=new H,e=new H,n=new H){this.a=t,this.b=e,this.c=n}static getNormal(t,e,n,s){s.subVectors(n,e),Gi.subVectors(t,e),s.cross(Gi);let r=s.lengthSq();return r>0?s.multiplyScalar(1/Math.sqrt(r)):s.set(0,0,0)}static getBarycoord(t,e,n,s,r){Gi.subVectors(s,e),Ss.subVectors(n,e),Id.subVectors(t,e);let o=Gi.dot(Gi),a=Gi.dot(Ss),l=Gi.dot(Id),c=Ss.dot(Ss),h=Ss.dot(Id),d=o*c-a*a;if(d===0)return r.set(0,0,0),null;let u=1/d,f=(c*l-a*h)*u,m=(o*h-a*l)*u;return r.set(1-f-m,m,f)}static containsPoint(t,e,n,s){return this.getBarycoord(t,e,n,s,Ms)===null?!1:Ms.x>=0&&Ms.y>=0&&Ms.x+Ms.y<=1}static getInterpolation(t,e,n,s,r,o,a,l){return this.getBarycoord(t,e,n,s,Ms)===null?(l.x=0,l.y=0,"z"in l&&(l.z=0),"w"in l&&(l.w=0),null):(l.setScalar(0),l.addScaledVector(r,Ms.x),l.addScaledVector(o,Ms.y),l.addScaledVector(a,Ms.z),l)}static getInterpolatedAttribute(t,e,n,s,r,o){return Ud.setScalar(0),Fd.setScalar(0),Od.setScalar(0),Ud.fromBufferAttribute(t,e),Fd.fromBufferAttribute(t,n),Od.fromBufferAttribute(t,s),o.setScalar(0),o.addScaledVector(Ud,r.x),o.addScaledVector(Fd,r.y),o.addScaledVector(Od,r.z),o}static isFrontFacing(t,e,n,s){return Gi.subVectors(n,e),Ss.subVectors(t,e),Gi.cross(Ss).dot(s)<0}set(t,e,n){return this.a.copy(t),this.b.copy(e),this.c.copy(n),this}setFromPointsAndIndices(t,e,n,s){return this.a.copy(t[e]),this.b.copy(t[n]),this.c.copy(t[s]),this}setFromAttributeAndIndices(t,e,n,s){return this.a.fromBufferAttribute(t,e),this.b.fromBufferAttribute(t,n),this.c.fromBufferAttribute(t,s),this}clone(){return new this.constructor().copy(this)}copy(t){return this.a.copy(t.a),this.b.copy(t.b),this.c.copy(t.c),this}getArea(){return Gi.subVectors(this.c,this.b),Ss.subVectors(this.a,this.b),Gi.cross(Ss).length()*.5}getMidpoint(t){return t.addVectors(this.a,this.b).add(this.c).multiplyScalar(1/3)}getNormal(t){return i.getNormal(this.a,this.b,this.c,t)}getPlane(t){return t.setFromCoplanarPoints(this.a,this.b,this.c)}getBarycoord(t,e){return i.getBarycoord(t,this.a,this.b,this.c,e)}getInterpolation(t,e,n,s,r){return i.getInterpolation(t,this.a,this.b,this.c,e,n,s,r)}containsPoint(t){return i.containsPoint(t,this.a,this.b,this.c)}isFrontFacing(t){return i.isFrontFacing(this.a,this.b,this.c,t)}intersectsBox(t){return t.intersectsTriangle(this)}closestPointToPoint(t,e){let n=this.a,s=this.b,r=this.c,o,a;bo.subVectors(s,n),So.subVectors(r,n),Ld.subVectors(t,n);let l=bo.dot(Ld),c=So.dot(Ld);if(l<=0&&c<=0)return e.copy(n);Nd.subVectors(t,s);let h=bo.dot(Nd),d=So.dot(Nd);if(h>=0&&d<=h)return e.copy(s);let u=l*d-h*c;if(u<=0&&l>=0&&h<=0&&l-h>0)return o=l/(l-h),e.copy(n).addScaledVector(bo,o);Dd.subVectors(t,r);let f=bo.dot(Dd),m=So.dot(Dd);if(m>=0&&f<=m)return e.copy(r);let y=f*c-l*m;if(y<=0&&c>=0&&m<=0)return a=c/(c-m),e.copy(n).addScaledVector(So,a);let p=h*m-f*d;if(p<=0&&d-h>=0&&f-m>=0)return Pg.subVectors(r,s),a=(d-h)/(d-h+(f-m)),e.copy(s).addScaledVector(Pg,a);let g=1/(p+y+u);return o=y*g,a=u*g,e.copy(n).addScaledVector(bo,o).addScaledVector(So,a)}equals(t){return t.a.equals(this.a)&&t.b.equals(this.b)&&t.c.equals(this.c)}},Mi=class{constructor(t=new H(1/0,1/0,1/0),e=new H(-1/0,-1/0,-1/0)){this.isBox3=!0,this.min=t,this.max=e}set(t,e){return this.min.copy(t),this.max.copy(e),this}setFromArray(t){this.makeEmpty();for(let e=0,n=t.length;e<n;e+=3)this.expandByPoint(Hi.fromArray(t,e));return this}setFromBufferAttribute(t){this.makeEmpty();for(let e=0,n=t.count;e<n;e++)this.expandByPoint(Hi.fromBufferAttribute(t,e));return this}setFromPoints(t){this.makeEmpty();for(let e=0,n=t.length;e<n;e++)this.expandByPoint(t[e]);return this}setFromCenterAndSize(t,e){let n=Hi.copy(e).multiplyScalar(.5);return this.min.copy(t).sub(n),this.max.copy(t).add(n),this}setFromObject(t,e=!1){return this.makeEmpty(),this.expandByObject(t,e)}clone(){return new this.constructor().copy(this)}copy(t){return this.min.copy(t.min),this.max.copy(t.max),this}makeEmpty(){return this.min.x=this.min.y=this.min.z=1/0,this.max.x=this.max.y=this.max.z=-1/0,this}isEmpty(){return this.max.x<this.min.x||this.max.y<this.min.y||this.max.z<this.min.z}getCenter(t){return this.isEmpty()?t.set(0,0,0):t.addVectors(this.min,this.max).multiplyScalar(.5)}getSize(t){return this.isEmpty()?t.set(0,0,0):t.subVectors(this.max,this.min)}expandByPoint(t){return this.min.min(t),this.max.max(t),this}expandByVector(t){return this.min.sub(t),this.max.add(t),this}expandByScalar(t){return this.min.addScalar(-t),this.max.addScalar(t),this}expandByObject(t,e=!1){t.updateWorldMatrix(!1,!1);let n=t.geometry;if(n!==void 0){let r=n.getAttribute("position");if(e===!0&&r!==void 0&&t.isInstancedMesh!==!0&&t.isBatchedMesh!==!0)for(let o=0,a=r.count;o<a;o++)t.isMesh===!0?t.getVertexPosition(o,Hi):Hi.fromBufferAttribute(r,o),Hi.applyMatrix4(t.matrixWorld),this.expandByPoint(Hi);else t.boundingBox!==void 0?(t.boundingBox===null&&t.computeBoundingBox(),mc.copy(t.boundingBox)):(n.boundingBox===null&&n.computeBoundingBox(),mc.copy(n.boundingBox)),mc.applyMatrix4(t.matrixWorld),this.union(mc)}let s=t.children;for(let r=0,o=s.length;r<o;r++)this.expandByObject(s[r],e);return this}containsPoint(t){return t.x>=this.min.x&&t.x<=this.max.x&&t.y>=this.min.y&&t.y<=this.max.y&&t.z>=this.min.z&&t.z<=this.max.z}containsBox(t){return this.min.x<=t.min.x&&t.max.x<=this.max.x&&this.min.y<=t.min.y&&t.max.y<=this.max.y&&this.min.z<=t.min.z&&t.max.z<=this.max.z}getParameter(t,e){return e.set((t.x-this.min.x)/(this.max.x-this.min.x),(t.y-this.min.y)/(this.max.y-this.min.y),(t.z-this.min.z)/(this.max.z-this.min.z))}intersectsBox(t){return t.max.x>=this.min.x&&t.min.x<=this.max.x&&t.max.y>=this.min.y&&t.min.y<=this.max.y&&t.max.z>=this.min.z&&t.min.z<=this.max.z}intersectsSphere(t){return this.clampPoint(t.center,Hi),Hi.distanceToSquared(t.center)<=t.radius*t.radius}intersectsPlane(t){let e,n;return t.normal.x>0?(e=t.normal.x*this.min.x,n=t.normal.x*this.max.x):(e=t.normal.x*this.max.x,n=t.normal.x*this.min.x),t.normal.y>0?(e+=t.normal.y*this.min.y,n+=t.normal.y*this.max.y):(e+=t.normal.y*this.max.y,n+=t.normal.y*this.min.y),t.normal.z>0?(e+=t.normal.z*this.min.z,n+=t.normal.z*this.max.z):(e+=t.normal.z*this.max.z,n+=t.normal.z*this.min.z),e<=-t.constant&&n>=-t.constant}intersectsTriangle(t){if(this.isEmpty())return!1;this.getCenter(Aa),gc.subVectors(this.max,Aa),Mo.subVectors(t.a,Aa),wo.subVectors(t.b,Aa),To.subVectors(t.c,Aa),Js.subVectors(wo,Mo),js.subVectors(To,wo),Sr.subVectors(Mo,To);let e=[0,-Js.z,Js.y,0,-js.z,js.y,0,-Sr.z,Sr.y,Js.z,0,-Js.x,js.z,0,-js.x,Sr.z,0,-Sr.x,-Js.y,Js.x,0,-js.y,js.x,0,-Sr.y,Sr.x,0];return!kd(e,Mo,wo,To,gc)||(e=[1,0,0,0,1,0,0,0,1],!kd(e,Mo,wo,To,gc))?!1:(_c.crossVectors(Js,js),e=[_c.x,_c.y,_c.z],kd(e,Mo,wo,To,gc))}clampPoint(t,e){return e.copy(t).clamp(this.min,this.max)}distanceToPoint(t){return this.clampPoint(t,Hi).distanceTo(t)}getBoundingSphere(t){return this.isEmpty()?t.makeEmpty():(this.getCenter(t.center),t.radius=this.getSize(Hi).length()*.5),t}intersect(t){return this.min.max(t.min),this.max.min(t.max),this.isEmpty()&&this.makeEmpty(),this}union(t){return this.min.min(t.min),this.max.max(t.max),this}applyMatrix4(t){return this.isEmpty()?this:(ws[0].set(this.min.x,this.min.y,this.min.z).applyMatrix4(t),ws[1].set(this.min.x,this.min.y,this.max.z).applyMatrix4(t),ws[2].set(this.min.x,this.max.y,this.min.z).applyMatrix4(t),ws[3].set(this.min.x,this.max.y,this.max.z).applyMatrix4(t),ws[4].set(this.max.x,this.min.y,this.min.z).applyMatrix4(t),ws[5].set(this.max.x,this.min.y,this.max.z).applyMatrix4(t),ws[6].set(this.max.x,this.max.y,this.min.z).applyMatrix4(t),ws[7].set(this.max.x,this.max.y,this.max.z).applyMatrix4(t),this.setFromPoints(ws),this)}translate(t){return this.min.add(t),this.max.add(t),this}equals(t){return t.min.equals(this.min)&&t.max.equals(this.max)}toJSON(){return{min:this.min.toArray(),max:this.max.toArray()}}fromJSON(t){return this.min.fromArray(t.min),this.max.fromArray(t.max),this}},ws=[new H,new H,new H,new H,new H,new H,new H,new H],Hi=new H,mc=new Mi,Mo=new H,wo=new H,To=new H,Js=new H,js=new H,Sr=new H,Aa=new H,gc=new H,_c=new H,Mr=new H;function kd(i,t,e,n,s){for(let r=0,o=i.length-3;r<=o;r+=3){Mr.fromArray(i,r);let a=s.x*Math.abs(Mr.x)+s.y*Math.abs(Mr.y)+s.z*Math.abs(Mr.z),l=t.dot(Mr),c=e.dot(Mr),h=n.dot(Mr);if(Math.max(-Math.max(l,c,h),Math.min(l,c,h))>a)return!1}return!0}var bn=new H,xc=new Ht,Jv=0,Je=class extends Xi{constructor(t,e,n=!1){if(super(),Array.isArray(t))throw new TypeError("THREE.BufferAttribute: array should be a Typed Array.");this.isBufferAttribute=!0,Object.defineProperty(this,"id",{value:Jv++}),this.name="",this.array=t,this.itemSize=e,this.count=t!==void 0?t.length/e:0,this.normalized=n,this.usage=Uf,this.updateRanges=[],this.gpuType=Ni,this.version=0,this._normalizationScale=t!==void 0?iu(t):void 0}onUploadCallback(){}set needsUpdate(t){t===!0&&this.version++}setUsage(t){return this.usage=t,this}addUpdateRange(t,e){this.updateRanges.push({start:t,count:e})}clearUpdateRanges(){this.updateRanges.length=0}copy(t){return this.name=t.name,this.array=new t.array.constructor(t.array),this.itemSize=t.itemSize,this.count=t.count,this.normalized=t.normalized,this.usage=t.usage,this.gpuType=t.gpuType,this._normalizationScale=t._normalizationScale,this}copyAt(t,e,n){t*=this.itemSize,n*=e.itemSize;for(let s=0,r=this.itemSize;s<r;s++)this.array[t+s]=e.array[n+s];return this}copyArray(t){return this.array.set(t),this}applyMatrix3(t){if(this.itemSize===2)for(let e=0,n=this.count;e<n;e++)xc.fromBufferAttribute(this,e),xc.applyMatrix3(t),this.setXY(e,xc.x,xc.y);else if(this.itemSize===3)for(let e=0,n=this.count;e<n;e++)bn.fromBufferAttribute(this,e),bn.applyMatrix3(t),this.setXYZ(e,bn.x,bn.y,bn.z);return this}applyMatrix4(t){for(let e=0,n=this.count;e<n;e++)bn.fromBufferAttribute(this,e),bn.applyMatrix4(t),this.setXYZ(e,bn.x,bn.y,bn.z);return this}applyNormalMatrix(t){for(let e=0,n=this.count;e<n;e++)bn.fromBufferAttribute(this,e),bn.applyNormalMatrix(t),this.setXYZ(e,bn.x,bn.y,bn.z);return this}transformDirection(t){for(let e=0,n=this.count;e<n;e++)bn.fromBufferAttribute(this,e),bn.transformDirection(t),this.setXYZ(e,bn.x,bn.y,bn.z);return this}set(t,e=0){return this.array.set(t,e),this}getComponent(t,e){let n=this.array[t*this.itemSize+e];return this.normalized&&(n=this._denormalize(n)),n}setComponent(t,e,n){return this.normalized&&(n=this._normalize(n)),this.array[t*this.itemSize+e]=n,this}getX(t){let e=this.array[t*this.itemSize];return this.normalized&&(e=this._denormalize(e)),e}setX(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize]=e,this}getY(t){let e=this.array[t*this.itemSize+1];return this.normalized&&(e=this._denormalize(e)),e}setY(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize+1]=e,this}getZ(t){let e=this.array[t*this.itemSize+2];return this.normalized&&(e=this._denormalize(e)),e}setZ(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize+2]=e,this}getW(t){let e=this.array[t*this.itemSize+3];return this.normalized&&(e=this._denormalize(e)),e}setW(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize+3]=e,this}setXY(t,e,n){return t*=this.itemSize,this.normalized&&(e=this._normalize(e),n=this._normalize(n)),this.array[t+0]=e,this.array[t+1]=n,this}setXYZ(t,e,n,s){return t*=this.itemSize,this.normalized&&(e=this._normalize(e),n=this._normalize(n),s=this._normalize(s)),this.array[t+0]=e,this.array[t+1]=n,this.array[t+2]=s,this}setXYZW(t,e,n,s,r){return t*=this.itemSize,this.normalized&&(e=this._normalize(e),n=this._normalize(n),s=this._normalize(s),r=this._normalize(r)),this.array[t+0]=e,this.array[t+1]=n,this.array[t+2]=s,this.array[t+3]=r,this}onUpload(t){return this.onUploadCallback=t,this}clone(){return new this.constructor(this.array,this.itemSize).copy(this)}toJSON(){let t={itemSize:this.itemSize,type:this.array.constructor.name,array:Array.from(this.array),normalized:this.normalized};return t.name=this.name,t.usage=this.usage,t.gpuType=this.gpuType,t}dispose(){this.dispatchEvent({type:"dispose"})}_denormalize(t){let e=this._normalizationScale;return e!==void 0?Math.max(t/e,-1):Bf(t,this.array)}_normalize(t){let e=this._normalizationScale;return e!==void 0?Math.round(t*e):zf(t,this.array)}};var Xa=class extends Je{constructor(t,e,n){super(new Uint16Array(t),e,n)}};var qa=class extends Je{constructor(t,e,n){super(new Uint32Array(t),e,n)}};var ye=class extends Je{constructor(t,e,n){super(new Float32Array(t),e,n)}},jv=new Mi,Ea=new H,Bd=new H,ss=class{constructor(t=new H,e=-1){this.isSphere=!0,this.center=t,this.radius=e}set(t,e){return this.center.copy(t),this.radius=e,this}setFromPoints(t,e){let n=this.center;e!==void 0?n.copy(e):jv.setFromPoints(t).getCenter(n);let s=0;for(let r=0,o=t.length;r<o;r++)s=Math.max(s,n.distanceToSquared(t[r]));return this.radius=Math.sqrt(s),this}copy(t){return this.center.copy(t.center),this.radius=t.radius,this}isEmpty(){return this.radius<0}makeEmpty(){return this.center.set(0,0,0),this.radius=-1,this}containsPoint(t){return t.distanceToSquared(this.center)<=this.radius*this.radius}distanceToPoint(t){return t.distanceTo(this.center)-this.radius}intersectsSphere(t){let e=this.radius+t.radius;return t.center.distanceToSquared(this.center)<=e*e}intersectsBox(t){return t.intersectsSphere(this)}intersectsPlane(t){return Math.abs(t.distanceToPoint(this.center))<=this.radius}clampPoint(t,e){let n=this.center.distanceToSquared(t);return e.copy(t),n>this.radius*this.radius&&(e.sub(this.center).normalize(),e.multiplyScalar(this.radius).add(this.center)),e}getBoundingBox(t){return this.isEmpty()?(t.makeEmpty(),t):(t.set(this.center,this.center),t.expandByScalar(this.radius),t)}applyMatrix4(t){return this.center.applyMatrix4(t),this.radius=this.radius*t.getMaxScaleOnAxis(),this}translate(t){return this.center.add(t),this}expandByPoint(t){if(this.isEmpty())return this.center.copy(t),this.radius=0,this;Ea.subVectors(t,this.center);let e=Ea.lengthSq();if(e>this.radius*this.radius){let n=Math.sqrt(e),s=(n-this.radius)*.5;this.center.addScaledVector(Ea,s/n),this.radius+=s}return this}union(t){return t.isEmpty()?this:this.isEmpty()?(this.copy(t),this):(this.center.equals(t.center)===!0?this.radius=Math.max(this.radius,t.radius):(Bd.subVectors(t.center,this.center).setLength(t.radius),this.expandByPoint(Ea.copy(t.center).add(Bd)),this.expandByPoint(Ea.copy(t.center).sub(Bd))),this)}equals(t){return t.center.equals(this.center)&&t.radius===this.radius}clone(){return new this.constructor().copy(this)}toJSON(){return{radius:this.radius,center:this.center.toArray()}}fromJSON(t){return this.radius=t.radius,this.center.fromArray(t.center),this}},Kv=0,Ri=new $t,zd=new tn,Ao=new H,vi=new Mi,Ca=new Mi,Fn=new H,Ve=class i extends Xi{constructor(){super(),this.isBufferGeometry=!0,Object.defineProperty(this,"id",{value:Kv++}),this.uuid=us(),this.name="",this.type="BufferGeometry",this.index=null,this.indirect=null,this.indirectOffset=0,this.attributes={},this.morphAttributes={},this.morphTargetsRelative=!1,this.groups=[],this.boundingBox=null,this.boundingSphere=null,this.drawRange={start:0,count:1/0},this.userData={},this._transformed=!1}getIndex(){return this.index}setIndex(t){return Array.isArray(t)?this.index=new(Mv(t)?qa:Xa)(t,1):this.index=t,this}setIndirect(t,e=0){return this.indirect=t,this.indirectOffset=e,this}getIndirect(){return this.indirect}getAttribute(t){return this.attributes[t]}setAttribute(t,e){return this.attributes[t]=e,this}deleteAttribute(t){return delete this.attributes[t],this}hasAttribute(t){return this.attributes[t]!==void 0}addGroup(t,e,n=0){this.groups.push({start:t,count:e,materialIndex:n})}clearGroups(){this.groups=[]}setDrawRange(t,e){this.drawRange.start=t,this.drawRange.count=e}applyMatrix4(t){let e=this.attributes.position;e!==void 0&&(e.applyMatrix4(t),e.needsUpdate=!0);let n=this.attributes.normal;if(n!==void 0){let r=new ie().getNormalMatrix(t);n.applyNormalMatrix(r),n.needsUpdate=!0}let s=this.attributes.tangent;return s!==void 0&&(s.transformDirection(t),s.needsUpdate=!0),this.boundingBox!==null&&this.computeBoundingBox(),this.boundingSphere!==null&&this.computeBoundingSphere(),this._transformed=!0,this}applyQuaternion(t){return Ri.makeRotationFromQuaternion(t),this.applyMatrix4(Ri),this}rotateX(t){return Ri.makeRotationX(t),this.applyMatrix4(Ri),this}rotateY(t){return Ri.makeRotationY(t),this.applyMatrix4(Ri),this}rotateZ(t){return Ri.makeRotationZ(t),this.applyMatrix4(Ri),this}translate(t,e,n){return Ri.makeTranslation(t,e,n),this.applyMatrix4(Ri),this}scale(t,e,n){return Ri.makeScale(t,e,n),this.applyMatrix4(Ri),this}lookAt(t){return zd.lookAt(t),zd.updateMatrix(),this.applyMatrix4(zd.matrix),this}center(){return this.computeBoundingBox(),this.boundingBox.getCenter(Ao).negate(),this.translate(Ao.x,Ao.y,Ao.z),this}setFromPoints(t){let e=this.getAttribute("position");if(e===void 0){let n=[];for(let s=0,r=t.length;s<r;s++){let o=t[s];n.push(o.x,o.y,o.z||0)}this.setAttribute("position",new ye(n,3))}else{let n=Math.min(t.length,e.count);for(let s=0;s<n;s++){let r=t[s];e.setXYZ(s,r.x,r.y,r.z||0)}t.length>e.count&&Yt("BufferGeometry: Buffer size too small for points data. Use .dispose() and create a new geometry."),e.needsUpdate=!0}return this}computeBoundingBox(){this.boundingBox===null&&(this.boundingBox=new Mi);let t=this.attributes.position,e=this.morphAttributes.position;if(t&&t.isGLBufferAttribute){Qt("BufferGeometry.computeBoundingBox(): GLBufferAttribute requires a manual bounding box.",this),this.boundingBox.set(new H(-1/0,-1/0,-1/0),new H(1/0,1/0,1/0));return}if(t!==void 0){if(this.boundingBox.setFromBufferAttribute(t),e)for(let n=0,s=e.length;n<s;n++){let r=e[n];vi.setFromBufferAttribute(r),this.morphTargetsRelative?(Fn.addVectors(this.boundingBox.min,vi.min),this.boundingBox.expandByPoint(Fn),Fn.addVectors(this.boundingBox.max,vi.max),this.boundingBox.expandByPoint(Fn)):(this.boundingBox.expandByPoint(vi.min),this.boundingBox.expandByPoint(vi.max))}}else this.boundingBox.makeEmpty();(isNaN(this.boundingBox.min.x)||isNaN(this.boundingBox.min.y)||isNaN(this.boundingBox.min.z))&&Qt('BufferGeometry.computeBoundingBox(): Computed min/max have NaN values. The "position" attribute is likely to have NaN values.',this)}computeBoundingSphere(){this.boundingSphere===null&&(this.boundingSphere=new ss);let t=this.attributes.position,e=this.morphAttributes.position;if(t&&t.isGLBufferAttribute){Qt("BufferGeometry.computeBoundingSphere(): GLBufferAttribute requires a manual bounding sphere.",this),this.boundingSphere.set(new H,1/0);return}if(t){let n=this.boundingSphere.center;if(vi.setFromBufferAttribute(t),e)for(let r=0,o=e.length;r<o;r++){let a=e[r];Ca.setFromBufferAttribute(a),this.morphTargetsRelative?(Fn.addVectors(vi.min,Ca.min),vi.expandByPoint(Fn),Fn.addVectors(vi.max,Ca.max),vi.expandByPoint(Fn)):(vi.expandByPoint(Ca.min),vi.expandByPoint(Ca.max))}vi.getCenter(n);let s=0;for(let r=0,o=t.count;r<o;r++)Fn.fromBufferAttribute(t,r),s=Math.max(s,n.distanceToSquared(Fn));if(e)for(let r=0,o=e.length;r<o;r++){let a=e[r],l=this.morphTargetsRelative;for(let c=0,h=a.count;c<h;c++)Fn.fromBufferAttribute(a,c),l&&(Ao.fromBufferAttribute(t,c),Fn.add(Ao)),s=Math.max(s,n.distanceToSquared(Fn))}this.boundingSphere.radius=Math.sqrt(s),isNaN(this.boundingSphere.radius)&&Qt('BufferGeometry.computeBoundingSphere(): Computed radius is NaN. The "position" attribute is likely to have NaN values.',this)}}computeTangents(){let t=this.index,e=this.attributes;if(t===null||e.position===void 0||e.normal===void 0||e.uv===void 0){Qt("BufferGeometry: .computeTangents() failed. Missing required attributes (index, position, normal or uv)");return}let n=e.position,s=e.normal,r=e.uv,o=this.getAttribute("tangent");(o===void 0||o.count!==n.count)&&(o=new Je(new Float32Array(4*n.count),4),this.setAttribute("tangent",o));let a=[],l=[],c=new Uint8Array(n.count);for(let I=0;I<n.count;I++)a[I]=new H,l[I]=new H;let h=new H,d=new H,u=new H,f=new Ht,m=new Ht,y=new Ht,p=new H,g=new H;function x(I,P,R){c[I]=c[P]=c[R]=1,h.fromBufferAttribute(n,I),d.fromBufferAttribute(n,P),u.fromBufferAttribute(n,R),f.fromBufferAttribute(r,I),m.fromBufferAttribute(r,P),y.fromBufferAttribute(r,R),d.sub(h),u.sub(h),m.sub(f),y.sub(f);let U=1/(m.x*y.y-y.x*m.y);isFinite(U)&&(p.copy(d).multiplyScalar(y.y).addScaledVector(u,-m.y).multiplyScalar(U),g.copy(u).multiplyScalar(m.x).addScaledVector(d,-y.x).multiplyScalar(U),a[I].add(p),a[P].add(p),a[R].add(p),l[I].add(g),l[P].add(g),l[R].add(g))}let M=this.groups;M.length===0&&(M=[{start:0,count:t.count}]);for(let I=0,P=M.length;I<P;++I){let R=M[I],U=R.start,k=R.count;for(let D=U,G=U+k;D<G;D+=3)x(t.getX(D+0),t.getX(D+1),t.getX(D+2))}let v=new H,A=new H,w=new H,_=new H;function S(I){w.fromBufferAttribute(s,I),_.copy(w);let P=a[I];v.copy(P),v.sub(w.multiplyScalar(w.dot(P))).normalize(),A.crossVectors(_,P);let U=A.dot(l[I])<0?-1:1;o.setXYZW(I,v.x,v.y,v.z,U)}for(let I=0,P=n.count;I<P;++I)c[I]&&S(I);this._transformed=!0}computeVertexNormals(){let t=this.index,e=this.getAttribute("position");if(e!==void 0){let n=this.getAttribute("normal");if(n===void 0||n.count!==e.count)n=new Je(new Float32Array(e.count*3),3),this.setAttribute("normal",n);else for(let u=0,f=n.count;u<f;u++)n.setXYZ(u,0,0,0);let s=new H,r=new H,o=new H,a=new H,l=new H,c=new H,h=new H,d=new H;if(t)for(let u=0,f=t.count;u<f;u+=3){let m=t.getX(u+0),y=t.getX(u+1),p=t.getX(u+2);s.fromBufferAttribute(e,m),r.fromBufferAttribute(e,y),o.fromBufferAttribute(e,p),h.subVectors(o,r),d.subVectors(s,r),h.cross(d),a.fromBufferAttribute(n,m),l.fromBufferAttribute(n,y),c.fromBufferAttribute(n,p),a.add(h),l.add(h),c.add(h),n.setXYZ(m,a.x,a.y,a.z),n.setXYZ(y,l.x,l.y,l.z),n.setXYZ(p,c.x,c.y,c.z)}else for(let u=0,f=e.count;u<f;u+=3)s.fromBufferAttribute(e,u+0),r.fromBufferAttribute(e,u+1),o.fromBufferAttribute(e,u+2),h.subVectors(o,r),d.subVectors(s,r),h.cross(d),n.setXYZ(u+0,h.x,h.y,h.z),n.setXYZ(u+1,h.x,h.y,h.z),n.setXYZ(u+2,h.x,h.y,h.z);this.normalizeNormals(),n.needsUpdate=!0}}normalizeNormals(){let t=this.attributes.normal;for(let e=0,n=t.count;e<n;e++)Fn.fromBufferAttribute(t,e),Fn.normalize(),t.setXYZ(e,Fn.x,Fn.y,Fn.z)}toNonIndexed(){function t(a,l){let c=a.array,h=a.itemSize,d=a.normalized,u=new c.constructor(l.length*h),f=0,m=0;for(let y=0,p=l.length;y<p;y++){a.isInterleavedBufferAttribute?f=l[y]*a.data.stride+a.offset:f=l[y]*h;for(let g=0;g<h;g++)u[m++]=c[f++]}return new Je(u,h,d)}if(this.index===null)return Yt("BufferGeometry.toNonIndexed(): BufferGeometry is already non-indexed."),this;let e=new i,n=this.index.array,s=this.attributes;for(let a in s){let l=s[a],c=t(l,n);e.setAttribute(a,c)}let r=this.morphAttributes;for(let a in r){let l=[],c=r[a];for(let h=0,d=c.length;h<d;h++){let u=c[h],f=t(u,n);l.push(f)}e.morphAttributes[a]=l}e.morphTargetsRelative=this.morphTargetsRelative;let o=this.groups;for(let a=0,l=o.length;a<l;a++){let c=o[a];e.addGroup(c.start,c.count,c.materialIndex)}return e}toJSON(){let t={metadata:{version:4.7,type:"BufferGeometry",generator:"BufferGeometry.toJSON"}};if(t.uuid=this.uuid,t.type=this.parameters!==void 0&&this._transformed===!0?"BufferGeometry":this.type,t.name=this.name,Object.keys(this.userData).length>0&&(t.userData=this.userData),this.parameters!==void 0&&this._transformed!==!0){let l=this.parameters;for(let c in l)l[c]!==void 0&&(t[c]=l[c]);return t}t.data={attributes:{}};let e=this.index;e!==null&&(t.data.index={type:e.array.constructor.name,array:Array.prototype.slice.call(e.array)});let n=this.attributes;for(let l in n){let c=n[l];t.data.attributes[l]=c.toJSON(t.data)}let s={},r=!1;for(let l in this.morphAttributes){let c=this.morphAttributes[l],h=[];for(let d=0,u=c.length;d<u;d++){let f=c[d];h.push(f.toJSON(t.data))}h.length>0&&(s[l]=h,r=!0)}r&&(t.data.morphAttributes=s,t.data.morphTargetsRelative=this.morphTargetsRelative);let o=this.groups;o.length>0&&(t.data.groups=JSON.parse(JSON.stringify(o)));let a=this.boundingSphere;return a!==null&&(t.data.boundingSphere=a.toJSON()),t}clone(){return new this.constructor().copy(this)}copy(t){this.index=null,this.attributes={},this.morphAttributes={},this.groups=[],this.boundingBox=null,this.boundingSphere=null;let e={};this.name=t.name;let n=t.index;n!==null&&this.setIndex(n.clone());let s=t.attributes;for(let c in s){let h=s[c];this.setAttribute(c,h.clone(e))}let r=t.morphAttributes;for(let c in r){let h=[],d=r[c];for(let u=0,f=d.length;u<f;u++)h.push(d[u].clone(e));this.morphAttributes[c]=h}this.morphTargetsRelative=t.morphTargetsRelative;let o=t.groups;for(let c=0,h=o.length;c<h;c++){let d=o[c];this.addGroup(d.start,d.count,d.materialIndex)}let a=t.boundingBox;a!==null&&(this.boundingBox=a.clone());let l=t.boundingSphere;return l!==null&&(this.boundingSphere=l.clone()),this.drawRange.start=t.drawRange.start,this.drawRange.count=t.drawRange.count,this.userData=t.userData,this._transformed=t._transformed,this}dispose(){this.dispatchEvent({type:"dispose"})}},nh=class{constructor(t,e){this.isInterleavedBuffer=!0,this.array=t,this.stride=e,this.count=t!==void 0?t.length/e:0,this.usage=Uf,this.updateRanges=[],this.version=0,this.uuid=us()}onUploadCallback(){}set needsUpdate(t){t===!0&&this.version++}setUsage(t){return this.usage=t,this}addUpdateRange(t,e){this.updateRanges.push({start:t,count:e})}clearUpdateRanges(){this.updateRanges.length=0}copy(t){return this.array=new t.array.constructor(t.array),this.count=t.count,this.stride=t.stride,this.usage=t.usage,this}copyAt(t,e,n){t*=this.stride,n*=e.stride;for(let s=0,r=this.stride;s<r;s++)this.array[t+s]=e.array[n+s];return this}set(t,e=0){return this.array.set(t,e),this}clone(t){t.arrayBuffers===void 0&&(t.arrayBuffers={});let e=Ig(this.array);t.arrayBuffers[e]===void 0&&(t.arrayBuffers[e]=this.array.slice(0).buffer);let n=new this.array.constructor(t.arrayBuffers[e]),s=new this.constructor(n,this.stride);return s.setUsage(this.usage),s}onUpload(t){return this.onUploadCallback=t,this}toJSON(t){t.arrayBuffers===void 0&&(t.arrayBuffers={});let e=Ig(this.array);t.arrayBuffers[e]===void 0&&(t.arrayBuffers[e]=Array.from(new Uint32Array(this.array.slice(0).buffer)));let n={uuid:this.uuid,buffer:e,type:this.array.constructor.name,stride:this.stride};return n.usage=this.usage,n}};function Ig(i){return i.buffer._uuid===void 0&&(i.buffer._uuid=us()),i.byteOffset===0&&i.byteLength===i.buffer.byteLength?i.buffer._uuid:i.buffer._uuid+":"+i.byteOffset+":"+i.byteLength}var ni=new H,Ya=class i{constructor(t,e,n,s=!1){this.isInterleavedBufferAttribute=!0,this.name="",this.data=t,this.itemSize=e,this.offset=n,this.normalized=s,this._normalizationScale=t!==void 0?iu(t.array):void 0}get count(){return this.data.count}get array(){return this.data.array}set needsUpdate(t){this.data.needsUpdate=t}applyMatrix4(t){for(let e=0,n=this.data.count;e<n;e++)ni.fromBufferAttribute(this,e),ni.applyMatrix4(t),this.setXYZ(e,ni.x,ni.y,ni.z);return this}applyNormalMatrix(t){for(let e=0,n=this.count;e<n;e++)ni.fromBufferAttribute(this,e),ni.applyNormalMatrix(t),this.setXYZ(e,ni.x,ni.y,ni.z);return this}transformDirection(t){for(let e=0,n=this.count;e<n;e++)ni.fromBufferAttribute(this,e),ni.transformDirection(t),this.setXYZ(e,ni.x,ni.y,ni.z);return this}getComponent(t,e){let n=this.array[t*this.data.stride+this.offset+e];return this.normalized&&(n=this._denormalize(n)),n}setComponent(t,e,n){return this.normalized&&(n=this._normalize(n)),this.data.array[t*this.data.stride+this.offset+e]=n,this}setX(t,e){return this.normalized&&(e=this._normalize(e)),this.data.array[t*this.data.stride+this.offset]=e,this}setY(t,e){return this.normalized&&(e=this._normalize(e)),this.data.array[t*this.data.stride+this.offset+1]=e,this}setZ(t,e){return this.normalized&&(e=this._normalize(e)),this.data.array[t*this.data.stride+this.offset+2]=e,this}setW(t,e){return this.normalized&&(e=this._normalize(e)),this.data.array[t*this.data.stride+this.offset+3]=e,this}getX(t){let e=this.data.array[t*this.data.stride+this.offset];return this.normalized&&(e=this._denormalize(e)),e}getY(t){let e=this.data.array[t*this.data.stride+this.offset+1];return this.normalized&&(e=this._denormalize(e)),e}getZ(t){let e=this.data.array[t*this.data.stride+this.offset+2];return this.normalized&&(e=this._denormalize(e)),e}getW(t){let e=this.data.array[t*this.data.stride+this.offset+3];return this.normalized&&(e=this._denormalize(e)),e}setXY(t,e,n){return t=t*this.data.stride+this.offset,this.normalized&&(e=this._normalize(e),n=this._normalize(n)),this.data.array[t+0]=e,this.data.array[t+1]=n,this}setXYZ(t,e,n,s){return t=t*this.data.stride+this.offset,this.normalized&&(e=this._normalize(e),n=this._normalize(n),s=this._normalize(s)),this.data.array[t+0]=e,this.data.array[t+1]=n,this.data.array[t+2]=s,this}setXYZW(t,e,n,s,r){return t=t*this.data.stride+this.offset,this.normalized&&(e=this._normalize(e),n=this._normalize(n),s=this._normalize(s),r=this._normalize(r)),this.data.array[t+0]=e,this.data.array[t+1]=n,this.data.array[t+2]=s,this.data.array[t+3]=r,this}clone(t){if(t===void 0){Ga("InterleavedBufferAttribute.clone(): Cloning an interleaved buffer attribute will de-interleave buffer data.");let e=[];for(let n=0;n<this.count;n++){let s=n*this.data.stride+this.offset;for(let r=0;r<this.itemSize;r++)e.push(this.data.array[s+r])}return new Je(new this.array.constructor(e),this.itemSize,this.normalized)}else return t.interleavedBuffers===void 0&&(t.interleavedBuffers={}),t.interleavedBuffers[this.data.uuid]===void 0&&(t.interleavedBuffers[this.data.uuid]=this.data.clone(t)),new i(t.interleavedBuffers[this.data.uuid],this.itemSize,this.offset,this.normalized)}toJSON(t){if(t===void 0){Ga("InterleavedBufferAttribute.toJSON(): Serializing an interleaved buffer attribute will de-interleave buffer data.");let e=[];for(let n=0;n<this.count;n++){let s=n*this.data.stride+this.offset;for(let r=0;r<this.itemSize;r++)e.push(this.data.array[s+r])}return{itemSize:this.itemSize,type:this.array.constructor.name,array:e,normalized:this.normalized}}else return t.interleavedBuffers===void 0&&(t.interleavedBuffers={}),t.interleavedBuffers[this.data.uuid]===void 0&&(t.interleavedBuffers[this.data.uuid]=this.data.toJSON(t)),{isInterleavedBufferAttribute:!0,itemSize:this.itemSize,data:this.data.uuid,offset:this.offset,normalized:this.normalized}}_denormalize(t){let e=this._normalizationScale;return e!==void 0?Math.max(t/e,-1):Bf(t,this.data.array)}_normalize(t){let e=this._normalizationScale;return e!==void 0?Math.round(t*e):zf(t,this.data.array)}},Vd=new H,Qv=new H,tb=new ie,bi=class{constructor(t=new H(1,0,0),e=0){this.isPlane=!0,this.normal=t,this.constant=e}set(t,e){return this.normal.copy(t),this.constant=e,this}setComponents(t,e,n,s){return this.normal.set(t,e,n),this.constant=s,this}setFromNormalAndCoplanarPoint(t,e){return this.normal.copy(t),this.constant=-e.dot(this.normal),this}setFromCoplanarPoints(t,e,n){let s=Vd.subVectors(n,e).cross(Qv.subVectors(t,e)).normalize();return this.setFromNormalAndCoplanarPoint(s,t),this}copy(t){return this.normal.copy(t.normal),this.constant=t.constant,this}normalize(){let t=1/this.normal.length();return this.normal.multiplyScalar(t),this.constant*=t,this}negate(){return this.constant*=-1,this.normal.negate(),this}distanceToPoint(t){return this.normal.dot(t)+this.constant}distanceToSphere(t){return this.distanceToPoint(t.center)-t.radius}projectPoint(t,e){return e.copy(t).addScaledVector(this.normal,-this.distanceToPoint(t))}intersectLine(t,e,n=!0){let s=t.delta(Vd),r=this.normal.dot(s);if(r===0)return this.distanceToPoint(t.start)===0?e.copy(t.start):null;let o=-(t.start.dot(this.normal)+this.constant)/r;return n===!0&&(o<0||o>1)?null:e.copy(t.start).addScaledVector(s,o)}intersectsLine(t){let e=this.distanceToPoint(t.start),n=this.distanceToPoint(t.end);return e<0&&n>0||n<0&&e>0}intersectsBox(t){return t.intersectsPlane(this)}intersectsSphere(t){return t.intersectsPlane(this)}coplanarPoint(t){return t.copy(this.normal).multiplyScalar(-this.constant)}applyMatrix4(t,e){let n=e||tb.getNormalMatrix(t),s=this.coplanarPoint(Vd).applyMatrix4(t),r=this.normal.applyMatrix3(n).normalize();return this.constant=-s.dot(r),this}translate(t){return this.constant-=t.dot(this.normal),this}equals(t){return t.normal.equals(this.normal)&&t.constant===this.constant}clone(){return new this.constructor().copy(this)}toJSON(){return{normal:this.normal.toArray(),constant:this.constant}}fromJSON(t){return this.normal.fromArray(t.normal),this.constant=t.constant,this}},eb=0,Ii=class extends Xi{constructor(){super(),this.isMaterial=!0,Object.defineProperty(this,"id",{value:eb++}),this.uuid=us(),this.name="",this.type="Material",this.blending=na,this.side=cs,this.vertexColors=!1,this.opacity=1,this.transparent=!1,this.alphaHash=!1,this.blendSrc=mf,this.blendDst=gf,this.blendEquation=Br,this.blendSrcAlpha=null,this.blendDstAlpha=null,this.blendEquationAlpha=null,this.blendColor=new qt(0,0,0),this.blendAlpha=0,this.depthFunc=Fo,this.depthTest=!0,this.depthWrite=!0,this.stencilWriteMask=255,this.stencilFunc=F0,this.stencilRef=0,this.stencilFuncMask=255,this.stencilFail=Hc,this.stencilZFail=Hc,this.stencilZPass=Hc,this.stencilWrite=!1,this.clippingPlanes=null,this.clipIntersection=!1,this.clipShadows=!1,this.shadowSide=null,this.colorWrite=!0,this.precision=null,this.polygonOffset=!1,this.polygonOffsetFactor=0,this.polygonOffsetUnits=0,this.dithering=!1,this.alphaToCoverage=!1,this.premultipliedAlpha=!1,this.forceSinglePass=!1,this.allowOverride=!0,this.visible=!0,this.toneMapped=!0,this.userData={},this.version=0,this._alphaTest=0}get alphaTest(){return this._alphaTest}set alphaTest(t){this._alphaTest>0!=t>0&&this.version++,this._alphaTest=t}onBeforeRender(){}onBeforeCompile(){}customProgramCacheKey(){return this.onBeforeCompile.toString()}setValues(t){if(t!==void 0)for(let e in t){let n=t[e];if(n===void 0){Yt(`Material: parameter '${e}' has value of undefined.`);continue}let s=this[e];if(s===void 0){Yt(`Material: '${e}' is not a property of THREE.${this.type}.`);continue}s&&s.isColor?s.set(n):s&&s.isVector2&&n&&n.isVector2||s&&s.isEuler&&n&&n.isEuler||s&&s.isVector3&&n&&n.isVector3?s.copy(n):this[e]=n}}toJSON(t){let e=t===void 0||typeof t=="string";e&&(t={textures:{},images:{}});let n={metadata:{version:4.7,type:"Material",generator:"Material.toJSON"}};n.uuid=this.uuid,n.type=this.type,n.blending=this.blending,n.side=this.side,n.shadowSide=this.shadowSide,n.vertexColors=this.vertexColors,n.opacity=this.opacity,n.transparent=this.transparent,n.blendSrc=this.blendSrc,n.blendDst=this.blendDst,n.blendEquation=this.blendEquation,n.blendSrcAlpha=this.blendSrcAlpha,n.blendDstAlpha=this.blendDstAlpha,n.blendEquationAlpha=this.blendEquationAlpha,n.blendColor=this.blendColor.getHex(),n.blendAlpha=this.blendAlpha,n.depthFunc=this.depthFunc,n.depthTest=this.depthTest,n.depthWrite=this.depthWrite,n.colorWrite=this.colorWrite,n.clipIntersection=this.clipIntersection,n.clipShadows=this.clipShadows,n.stencilWriteMask=this.stencilWriteMask,n.stencilFunc=this.stencilFunc,n.stencilRef=this.stencilRef,n.stencilFuncMask=this.stencilFuncMask,n.stencilFail=this.stencilFail,n.stencilZFail=this.stencilZFail,n.stencilZPass=this.stencilZPass,n.stencilWrite=this.stencilWrite,n.polygonOffset=this.polygonOffset,n.polygonOffsetFactor=this.polygonOffsetFactor,n.polygonOffsetUnits=this.polygonOffsetUnits,n.dithering=this.dithering,n.alphaTest=this.alphaTest,n.alphaHash=this.alphaHash,n.alphaToCoverage=this.alphaToCoverage,n.premultipliedAlpha=this.premultipliedAlpha,n.forceSinglePass=this.forceSinglePass,n.allowOverride=this.allowOverride,n.visible=this.visible,n.toneMapped=this.toneMapped,n.name=this.name,this.color&&this.color.isColor&&(n.color=this.color.getHex()),this.roughness!==void 0&&(n.roughness=this.roughness),this.metalness!==void 0&&(n.metalness=this.metalness),this.sheen!==void 0&&(n.sheen=this.sheen),this.sheenColor&&this.sheenColor.isColor&&(n.sheenColor=this.sheenColor.getHex()),this.sheenRoughness!==void 0&&(n.sheenRoughness=this.sheenRoughness),this.emissive&&this.emissive.isColor&&(n.emissive=this.emissive.getHex()),this.emissiveIntensity!==void 0&&(n.emissiveIntensity=this.emissiveIntensity),this.specular&&this.specular.isColor&&(n.specular=this.specular.getHex()),this.specularIntensity!==void 0&&(n.specularIntensity=this.specularIntensity),this.specularColor&&this.specularColor.isColor&&(n.specularColor=this.specularColor.getHex()),this.shininess!==void 0&&(n.shininess=this.shininess),this.clearcoat!==void 0&&(n.clearcoat=this.clearcoat),this.clearcoatRoughness!==void 0&&(n.clearcoatRoughness=this.clearcoatRoughness),this.diffuseRoughness!==void 0&&(n.diffuseRoughness=this.diffuseRoughness),this.diffuseRoughnessMap&&this.diffuseRoughnessMap.isTexture&&(n.diffuseRoughnessMap=this.diffuseRoughnessMap.toJSON(t).uuid),this.clearcoatMap&&this.clearcoatMap.isTexture&&(n.clearcoatMap=this.clearcoatMap.toJSON(t).uuid),this.clearcoatRoughnessMap&&this.clearcoatRoughnessMap.isTexture&&(n.clearcoatRoughnessMap=this.clearcoatRoughnessMap.toJSON(t).uuid),this.clearcoatNormalMap&&this.clearcoatNormalMap.isTexture&&(n.clearcoatNormalMap=this.clearcoatNormalMap.toJSON(t).uuid,n.clearcoatNormalScale=this.clearcoatNormalScale.toArray()),this.sheenColorMap&&this.sheenColorMap.isTexture&&(n.sheenColorMap=this.sheenColorMap.toJSON(t).uuid),this.sheenRoughnessMap&&this.sheenRoughnessMap.isTexture&&(n.sheenRoughnessMap=this.sheenRoughnessMap.toJSON(t).uuid),this.dispersion!==void 0&&(n.dispersion=this.dispersion),this.retroreflectivity!==void 0&&(n.retroreflectivity=this.retroreflectivity),this.iridescence!==void 0&&(n.iridescence=this.iridescence),this.iridescenceIOR!==void 0&&(n.iridescenceIOR=this.iridescenceIOR),this.iridescenceThicknessMinimum!==void 0&&(n.iridescenceThicknessMinimum=this.iridescenceThicknessMinimum),this.iridescenceThicknessMaximum!==void 0&&(n.iridescenceThicknessMaximum=this.iridescenceThicknessMaximum),this.iridescenceMap&&this.iridescenceMap.isTexture&&(n.iridescenceMap=this.iridescenceMap.toJSON(t).uuid),this.iridescenceThicknessMap&&this.iridescenceThicknessMap.isTexture&&(n.iridescenceThicknessMap=this.iridescenceThicknessMap.toJSON(t).uuid),this.anisotropy!==void 0&&(n.anisotropy=this.anisotropy),this.anisotropyRotation!==void 0&&(n.anisotropyRotation=this.anisotropyRotation),this.anisotropyMap&&this.anisotropyMap.isTexture&&(n.anisotropyMap=this.anisotropyMap.toJSON(t).uuid),this.map&&this.map.isTexture&&(n.map=this.map.toJSON(t).uuid),this.matcap&&this.matcap.isTexture&&(n.matcap=this.matcap.toJSON(t).uuid),this.alphaMap&&this.alphaMap.isTexture&&(n.alphaMap=this.alphaMap.toJSON(t).uuid),this.lightMap&&this.lightMap.isTexture&&(n.lightMap=this.lightMap.toJSON(t).uuid,n.lightMapIntensity=this.lightMapIntensity),this.aoMap&&this.aoMap.isTexture&&(n.aoMap=this.aoMap.toJSON(t).uuid,n.aoMapIntensity=this.aoMapIntensity),this.bumpMap&&this.bumpMap.isTexture&&(n.bumpMap=this.bumpMap.toJSON(t).uuid,n.bumpScale=this.bumpScale),this.normalMap&&this.normalMap.isTexture&&(n.normalMap=this.normalMap.toJSON(t).uuid,n.normalMapType=this.normalMapType,n.normalScale=this.normalScale.toArray()),this.displacementMap&&this.displacementMap.isTexture&&(n.displacementMap=this.displacementMap.toJSON(t).uuid,n.displacementScale=this.displacementScale,n.displacementBias=this.displacementBias),this.roughnessMap&&this.roughnessMap.isTexture&&(n.roughnessMap=this.roughnessMap.toJSON(t).uuid),this.metalnessMap&&this.metalnessMap.isTexture&&(n.metalnessMap=this.metalnessMap.toJSON(t).uuid),this.emissiveMap&&this.emissiveMap.isTexture&&(n.emissiveMap=this.emissiveMap.toJSON(t).uuid),this.specularMap&&this.specularMap.isTexture&&(n.specularMap=this.specularMap.toJSON(t).uuid),this.specularIntensityMap&&this.specularIntensityMap.isTexture&&(n.specularIntensityMap=this.specularIntensityMap.toJSON(t).uuid),this.specularColorMap&&this.specularColorMap.isTexture&&(n.specularColorMap=this.specularColorMap.toJSON(t).uuid),this.envMap&&this.envMap.isTexture&&(n.envMap=this.envMap.toJSON(t).uuid,this.combine!==void 0&&(n.combine=this.combine)),this.envMapRotation!==void 0&&(n.envMapRotation=this.envMapRotation.toArray()),this.envMapIntensity!==void 0&&(n.envMapIntensity=this.envMapIntensity),this.reflectivity!==void 0&&(n.reflectivity=this.reflectivity),this.refractionRatio!==void 0&&(n.refractionRatio=this.refractionRatio),this.gradientMap&&this.gradientMap.isTexture&&(n.gradientMap=this.gradientMap.toJSON(t).uuid),this.transmission!==void 0&&(n.transmission=this.transmission),this.transmissionMap&&this.transmissionMap.isTexture&&(n.transmissionMap=this.transmissionMap.toJSON(t).uuid),this.thickness!==void 0&&(n.thickness=this.thickness),this.thicknessMap&&this.thicknessMap.isTexture&&(n.thicknessMap=this.thicknessMap.toJSON(t).uuid),this.attenuationDistance!==void 0&&(n.attenuationDistance=this.attenuationDistance),this.attenuationColor!==void 0&&(n.attenuationColor=this.attenuationColor.getHex()),this.size!==void 0&&(n.size=this.size),this.sizeAttenuation!==void 0&&(n.sizeAttenuation=this.sizeAttenuation),Array.isArray(this.clippingPlanes)&&this.clippingPlanes.length>0&&(n.clippingPlanes=this.clippingPlanes.map(r=>r.toJSON())),this.rotation!==void 0&&(n.rotation=this.rotation),this.depthPacking!==void 0&&(n.depthPacking=this.depthPacking),this.linewidth!==void 0&&(n.linewidth=this.linewidth),this.linecap!==void 0&&(n.linecap=this.linecap),this.linejoin!==void 0&&(n.linejoin=this.linejoin),this.dashSize!==void 0&&(n.dashSize=this.dashSize),this.gapSize!==void 0&&(n.gapSize=this.gapSize),this.scale!==void 0&&(n.scale=this.scale),this.wireframe!==void 0&&(n.wireframe=this.wireframe),this.wireframeLinewidth!==void 0&&(n.wireframeLinewidth=this.wireframeLinewidth),this.wireframeLinecap!==void 0&&(n.wireframeLinecap=this.wireframeLinecap),this.wireframeLinejoin!==void 0&&(n.wireframeLinejoin=this.wireframeLinejoin),this.flatShading!==void 0&&(n.flatShading=this.flatShading),this.fog!==void 0&&(n.fog=this.fog),Object.keys(this.userData).length>0&&(n.userData=this.userData);function s(r){let o=[];for(let a in r){let l=r[a];delete l.metadata,o.push(l)}return o}if(e){let r=s(t.textures),o=s(t.images);r.length>0&&(n.textures=r),o.length>0&&(n.images=o)}return n}fromJSON(t,e){if(t.uuid!==void 0&&(this.uuid=t.uuid),t.name!==void 0&&(this.name=t.name),t.color!==void 0&&this.color!==void 0&&this.color.setHex(t.color),t.roughness!==void 0&&(this.roughness=t.roughness),t.metalness!==void 0&&(this.metalness=t.metalness),t.sheen!==void 0&&(this.sheen=t.sheen),t.sheenColor!==void 0&&(this.sheenColor=new qt().setHex(t.sheenColor)),t.sheenRoughness!==void 0&&(this.sheenRoughness=t.sheenRoughness),t.emissive!==void 0&&this.emissive!==void 0&&this.emissive.setHex(t.emissive),t.specular!==void 0&&this.specular!==void 0&&this.specular.setHex(t.specular),t.specularIntensity!==void 0&&(this.specularIntensity=t.specularIntensity),t.specularColor!==void 0&&this.specularColor!==void 0&&this.specularColor.setHex(t.specularColor),t.shininess!==void 0&&(this.shininess=t.shininess),t.clearcoat!==void 0&&(this.clearcoat=t.clearcoat),t.clearcoatRoughness!==void 0&&(this.clearcoatRoughness=t.clearcoatRoughness),t.diffuseRoughness!==void 0&&(this.diffuseRoughness=t.diffuseRoughness),t.dispersion!==void 0&&(this.dispersion=t.dispersion),t.retroreflectivity!==void 0&&(this.retroreflectivity=t.retroreflectivity),t.iridescence!==void 0&&(this.iridescence=t.iridescence),t.iridescenceIOR!==void 0&&(this.iridescenceIOR=t.iridescenceIOR),t.iridescenceThicknessMinimum!==void 0&&(this.iridescenceThicknessMinimum=t.iridescenceThicknessMinimum),t.iridescenceThicknessMaximum!==void 0&&(this.iridescenceThicknessMaximum=t.iridescenceThicknessMaximum),t.iridescenceThicknessRange!==void 0&&(this.iridescenceThicknessMinimum=t.iridescenceThicknessRange[0],this.iridescenceThicknessMaximum=t.iridescenceThicknessRange[1]),t.transmission!==void 0&&(this.transmission=t.transmission),t.thickness!==void 0&&(this.thickness=t.thickness),t.attenuationDistance!==void 0&&(this.attenuationDistance=t.attenuationDistance),t.attenuationColor!==void 0&&this.attenuationColor!==void 0&&this.attenuationColor.setHex(t.attenuationColor),t.anisotropy!==void 0&&(this.anisotropy=t.anisotropy),t.anisotropyRotation!==void 0&&(this.anisotropyRotation=t.anisotropyRotation),t.fog!==void 0&&(this.fog=t.fog),t.flatShading!==void 0&&(this.flatShading=t.flatShading),t.blending!==void 0&&(this.blending=t.blending),t.combine!==void 0&&(this.combine=t.combine),t.side!==void 0&&(this.side=t.side),t.shadowSide!==void 0&&(this.shadowSide=t.shadowSide),t.opacity!==void 0&&(this.opacity=t.opacity),t.transparent!==void 0&&(this.transparent=t.transparent),t.alphaTest!==void 0&&(this.alphaTest=t.alphaTest),t.alphaHash!==void 0&&(this.alphaHash=t.alphaHash),t.depthFunc!==void 0&&(this.depthFunc=t.depthFunc),t.depthTest!==void 0&&(this.depthTest=t.depthTest),t.depthWrite!==void 0&&(this.depthWrite=t.depthWrite),t.colorWrite!==void 0&&(this.colorWrite=t.colorWrite),t.clippingPlanes!==void 0&&(this.clippingPlanes=t.clippingPlanes.map(n=>new bi().fromJSON(n))),t.clipIntersection!==void 0&&(this.clipIntersection=t.clipIntersection),t.clipShadows!==void 0&&(this.clipShadows=t.clipShadows),t.depthPacking!==void 0&&(this.depthPacking=t.depthPacking),t.blendSrc!==void 0&&(this.blendSrc=t.blendSrc),t.blendDst!==void 0&&(this.blendDst=t.blendDst),t.blendEquation!==void 0&&(this.blendEquation=t.blendEquation),t.blendSrcAlpha!==void 0&&(this.blendSrcAlpha=t.blendSrcAlpha),t.blendDstAlpha!==void 0&&(this.blendDstAlpha=t.blendDstAlpha),t.blendEquationAlpha!==void 0&&(this.blendEquationAlpha=t.blendEquationAlpha),t.blendColor!==void 0&&this.blendColor!==void 0&&this.blendColor.setHex(t.blendColor),t.blendAlpha!==void 0&&(this.blendAlpha=t.blendAlpha),t.stencilWriteMask!==void 0&&(this.stencilWriteMask=t.stencilWriteMask),t.stencilFunc!==void 0&&(this.stencilFunc=t.stencilFunc),t.stencilRef!==void 0&&(this.stencilRef=t.stencilRef),t.stencilFuncMask!==void 0&&(this.stencilFuncMask=t.stencilFuncMask),t.stencilFail!==void 0&&(this.stencilFail=t.stencilFail),t.stencilZFail!==void 0&&(this.stencilZFail=t.stencilZFail),t.stencilZPass!==void 0&&(this.stencilZPass=t.stencilZPass),t.stencilWrite!==void 0&&(this.stencilWrite=t.stencilWrite),t.wireframe!==void 0&&(this.wireframe=t.wireframe),t.wireframeLinewidth!==void 0&&(this.wireframeLinewidth=t.wireframeLinewidth),t.wireframeLinecap!==void 0&&(this.wireframeLinecap=t.wireframeLinecap),t.wireframeLinejoin!==void 0&&(this.wireframeLinejoin=t.wireframeLinejoin),t.rotation!==void 0&&(this.rotation=t.rotation),t.linewidth!==void 0&&(this.linewidth=t.linewidth),t.linecap!==void 0&&(this.linecap=t.linecap),t.linejoin!==void 0&&(this.linejoin=t.linejoin),t.dashSize!==void 0&&(this.dashSize=t.dashSize),t.gapSize!==void 0&&(this.gapSize=t.gapSize),t.scale!==void 0&&(this.scale=t.scale),t.polygonOffset!==void 0&&(this.polygonOffset=t.polygonOffset),t.polygonOffsetFactor!==void 0&&(this.polygonOffsetFactor=t.polygonOffsetFactor),t.polygonOffsetUnits!==void 0&&(this.polygonOffsetUnits=t.polygonOffsetUnits),t.dithering!==void 0&&(this.dithering=t.dithering),t.alphaToCoverage!==void 0&&(this.alphaToCoverage=t.alphaToCoverage),t.premultipliedAlpha!==void 0&&(this.premultipliedAlpha=t.premultipliedAlpha),t.forceSinglePass!==void 0&&(this.forceSinglePass=t.forceSinglePass),t.allowOverride!==void 0&&(this.allowOverride=t.allowOverride),t.visible!==void 0&&(this.visible=t.visible),t.toneMapped!==void 0&&(this.toneMapped=t.toneMapped),t.userData!==void 0&&(this.userData=t.userData),t.vertexColors!==void 0&&(typeof t.vertexColors=="number"?this.vertexColors=t.vertexColors>0:this.vertexColors=t.vertexColors),t.size!==void 0&&(this.size=t.size),t.sizeAttenuation!==void 0&&(this.sizeAttenuation=t.sizeAttenuation),t.map!==void 0&&(this.map=e[t.map]||null),t.matcap!==void 0&&(this.matcap=e[t.matcap]||null),t.alphaMap!==void 0&&(this.alphaMap=e[t.alphaMap]||null),t.bumpMap!==void 0&&(this.bumpMap=e[t.bumpMap]||null),t.bumpScale!==void 0&&(this.bumpScale=t.bumpScale),t.normalMap!==void 0&&(this.normalMap=e[t.normalMap]||null),t.normalMapType!==void 0&&(this.normalMapType=t.normalMapType),t.normalScale!==void 0){let n=t.normalScale;Array.isArray(n)===!1&&(n=[n,n]),this.normalScale=new Ht().fromArray(n)}return t.displacementMap!==void 0&&(this.displacementMap=e[t.displacementMap]||null),t.displacementScale!==void 0&&(this.displacementScale=t.displacementScale),t.displacementBias!==void 0&&(this.displacementBias=t.displacementBias),t.roughnessMap!==void 0&&(this.roughnessMap=e[t.roughnessMap]||null),t.metalnessMap!==void 0&&(this.metalnessMap=e[t.metalnessMap]||null),t.emissiveMap!==void 0&&(this.emissiveMap=e[t.emissiveMap]||null),t.emissiveIntensity!==void 0&&(this.emissiveIntensity=t.emissiveIntensity),t.specularMap!==void 0&&(this.specularMap=e[t.specularMap]||null),t.specularIntensityMap!==void 0&&(this.specularIntensityMap=e[t.specularIntensityMap]||null),t.specularColorMap!==void 0&&(this.specularColorMap=e[t.specularColorMap]||null),t.envMap!==void 0&&(this.envMap=e[t.envMap]||null),t.envMapRotation!==void 0&&this.envMapRotation.fromArray(t.envMapRotation),t.envMapIntensity!==void 0&&(this.envMapIntensity=t.envMapIntensity),t.reflectivity!==void 0&&(this.reflectivity=t.reflectivity),t.refractionRatio!==void 0&&(this.refractionRatio=t.refractionRatio),t.lightMap!==void 0&&(this.lightMap=e[t.lightMap]||null),t.lightMapIntensity!==void 0&&(this.lightMapIntensity=t.lightMapIntensity),t.aoMap!==void 0&&(this.aoMap=e[t.aoMap]||null),t.aoMapIntensity!==void 0&&(this.aoMapIntensity=t.aoMapIntensity),t.gradientMap!==void 0&&(this.gradientMap=e[t.gradientMap]||null),t.clearcoatMap!==void 0&&(this.clearcoatMap=e[t.clearcoatMap]||null),t.clearcoatRoughnessMap!==void 0&&(this.clearcoatRoughnessMap=e[t.clearcoatRoughnessMap]||null),t.clearcoatNormalMap!==void 0&&(this.clearcoatNormalMap=e[t.clearcoatNormalMap]||null),t.clearcoatNormalScale!==void 0&&(this.clearcoatNormalScale=new Ht().fromArray(t.clearcoatNormalScale)),t.diffuseRoughnessMap!==void 0&&(this.diffuseRoughnessMap=e[t.diffuseRoughnessMap]||null),t.iridescenceMap!==void 0&&(this.iridescenceMap=e[t.iridescenceMap]||null),t.iridescenceThicknessMap!==void 0&&(this.iridescenceThicknessMap=e[t.iridescenceThicknessMap]||null),t.transmissionMap!==void 0&&(this.transmissionMap=e[t.transmissionMap]||null),t.thicknessMap!==void 0&&(this.thicknessMap=e[t.thicknessMap]||null),t.anisotropyMap!==void 0&&(this.anisotropyMap=e[t.anisotropyMap]||null),t.sheenColorMap!==void 0&&(this.sheenColorMap=e[t.sheenColorMap]||null),t.sheenRoughnessMap!==void 0&&(this.sheenRoughnessMap=e[t.sheenRoughnessMap]||null),this}clone(){return new this.constructor().copy(this)}copy(t){this.name=t.name,this.blending=t.blending,this.side=t.side,this.vertexColors=t.vertexColors,this.opacity=t.opacity,this.transparent=t.transparent,this.blendSrc=t.blendSrc,this.blendDst=t.blendDst,this.blendEquation=t.blendEquation,this.blendSrcAlpha=t.blendSrcAlpha,this.blendDstAlpha=t.blendDstAlpha,this.blendEquationAlpha=t.blendEquationAlpha,this.blendColor.copy(t.blendColor),this.blendAlpha=t.blendAlpha,this.depthFunc=t.depthFunc,this.depthTest=t.depthTest,this.depthWrite=t.depthWrite,this.stencilWriteMask=t.stencilWriteMask,this.stencilFunc=t.stencilFunc,this.stencilRef=t.stencilRef,this.stencilFuncMask=t.stencilFuncMask,this.stencilFail=t.stencilFail,this.stencilZFail=t.stencilZFail,this.stencilZPass=t.stencilZPass,this.stencilWrite=t.stencilWrite;let e=t.clippingPlanes,n=null;if(e!==null){let s=e.length;n=new Array(s);for(let r=0;r!==s;++r)n[r]=e[r].clone()}return this.clippingPlanes=n,this.clipIntersection=t.clipIntersection,this.clipShadows=t.clipShadows,this.shadowSide=t.shadowSide,this.colorWrite=t.colorWrite,this.precision=t.precision,this.polygonOffset=t.polygonOffset,this.polygonOffsetFactor=t.polygonOffsetFactor,this.polygonOffsetUnits=t.polygonOffsetUnits,this.dithering=t.dithering,this.alphaTest=t.alphaTest,this.alphaHash=t.alphaHash,this.alphaToCoverage=t.alphaToCoverage,this.premultipliedAlpha=t.premultipliedAlpha,this.forceSinglePass=t.forceSinglePass,this.allowOverride=t.allowOverride,this.visible=t.visible,this.toneMapped=t.toneMapped,this.userData=JSON.parse(JSON.stringify(t.userData)),this}dispose(){this.dispatchEvent({type:"dispose"})}set needsUpdate(t){t===!0&&this.version++}},Go=class extends Ii{constructor(t){super(),this.isSpriteMaterial=!0,this.type="SpriteMaterial",this.color=new qt(16777215),this.map=null,this.alphaMap=null,this.rotation=0,this.sizeAttenuation=!0,this.transparent=!0,this.fog=!0,this.setValues(t)}copy(t){return super.copy(t),this.color.copy(t.color),this.map=t.map,this.alphaMap=t.alphaMap,this.rotation=t.rotation,this.sizeAttenuation=t.sizeAttenuation,this.fog=t.fog,this}},Eo,Ra=new H,Co=new H,Ro=new H,Po=new Ht,Pa=new Ht,Y0=new $t,yc=new H,Ia=new H,vc=new H,Lg=new Ht,Gd=new Ht,Ng=new Ht,$a=class extends tn{constructor(t=new Go){if(super(),this.isSprite=!0,this.type="Sprite",Eo===void 0){Eo=new Ve;let e=new Float32Array([-.5,-.5,0,0,0,.5,-.5,0,1,0,.5,.5,0,1,1,-.5,.5,0,0,1]),n=new nh(e,5);Eo.setIndex([0,1,2,0,2,3]),Eo.setAttribute("position",new Ya(n,3,0,!1)),Eo.setAttribute("uv",new Ya(n,2,3,!1))}this.geometry=Eo,this.material=t,this.center=new Ht(.5,.5),this.count=1}intersectsFrustum(t){return t.intersectsSprite(this)}raycast(t,e){t.camera===null&&Qt('Sprite: "Raycaster.camera" needs to be set in order to raycast against sprites.'),Co.setFromMatrixScale(this.matrixWorld),Y0.copy(t.camera.matrixWorld),this.modelViewMatrix.multiplyMatrices(t.camera.matrixWorldInverse,this.matrixWorld),Ro.setFromMatrixPosition(this.modelViewMatrix),t.camera.isPerspectiveCamera&&this.material.sizeAttenuation===!1&&Co.multiplyScalar(-Ro.z);let n=this.material.rotation,s,r;n!==0&&(r=Math.cos(n),s=Math.sin(n));let o=this.center;bc(yc.set(-.5,-.5,0),Ro,o,Co,s,r),bc(Ia.set(.5,-.5,0),Ro,o,Co,s,r),bc(vc.set(.5,.5,0),Ro,o,Co,s,r),Lg.set(0,0),Gd.set(1,0),Ng.set(1,1);let a=t.ray.intersectTriangle(yc,Ia,vc,!1,Ra);if(a===null&&(bc(Ia.set(-.5,.5,0),Ro,o,Co,s,r),Gd.set(0,1),a=t.ray.intersectTriangle(yc,vc,Ia,!1,Ra),a===null))return;let l=t.ray.origin.distanceTo(Ra);l<t.near||l>t.far||e.push({distance:l,point:Ra.clone(),uv:Wi.getInterpolation(Ra,yc,Ia,vc,Lg,Gd,Ng,new Ht),face:null,object:this})}copy(t,e){return super.copy(t,e),t.center!==void 0&&this.center.copy(t.center),this.material=t.material,this}toJSON(t){let e=super.toJSON(t);return e.object.center=this.center.toArray(),e}};function bc(i,t,e,n,s,r){Po.subVectors(i,e).addScalar(.5).multiply(n),s!==void 0?(Pa.x=r*Po.x-s*Po.y,Pa.y=s*Po.x+r*Po.y):Pa.copy(Po),i.copy(t),i.x+=Pa.x,i.y+=Pa.y,i.applyMatrix4(Y0)}var Ts=new H,Hd=new H,Sc=new H,Mc=new H,Ps=class{constructor(t=new H,e=new H(0,0,-1)){this.origin=t,this.direction=e}set(t,e){return this.origin.copy(t),this.direction.copy(e),this}copy(t){return this.origin.copy(t.origin),this.direction.copy(t.direction),this}at(t,e){return e.copy(this.origin).addScaledVector(this.direction,t)}lookAt(t){return this.direction.copy(t).sub(this.origin).normalize(),this}recast(t){return this.origin.copy(this.at(t,Ts)),this}closestPointToPoint(t,e){e.subVectors(t,this.origin);let n=e.dot(this.direction);return n<0?e.copy(this.origin):e.copy(this.origin).addScaledVector(this.direction,n)}distanceToPoint(t){return Math.sqrt(this.distanceSqToPoint(t))}distanceSqToPoint(t){let e=Ts.subVectors(t,this.origin).dot(this.direction);return e<0?this.origin.distanceToSquared(t):(Ts.copy(this.origin).addScaledVector(this.direction,e),Ts.distanceToSquared(t))}distanceSqToSegment(t,e,n,s){Hd.copy(t).add(e).multiplyScalar(.5),Sc.copy(e).sub(t).normalize(),Mc.copy(this.origin).sub(Hd);let r=t.distanceTo(e)*.5,o=-this.direction.dot(Sc),a=Mc.dot(this.direction),l=-Mc.dot(Sc),c=Mc.lengthSq(),h=Math.abs(1-o*o),d,u,f,m;if(h>0)if(d=o*l-a,u=o*a-l,m=r*h,d>=0)if(u>=-m)if(u<=m){let y=1/h;d*=y,u*=y,f=d*(d+o*u+2*a)+u*(o*d+u+2*l)+c}else u=r,d=Math.max(0,-(o*u+a)),f=-d*d+u*(u+2*l)+c;else u=-r,d=Math.max(0,-(o*u+a)),f=-d*d+u*(u+2*l)+c;else u<=-m?(d=Math.max(0,-(-o*r+a)),u=d>0?-r:Math.min(Math.max(-r,-l),r),f=-d*d+u*(u+2*l)+c):u<=m?(d=0,u=Math.min(Math.max(-r,-l),r),f=u*(u+2*l)+c):(d=Math.max(0,-(o*r+a)),u=d>0?r:Math.min(Math.max(-r,-l),r),f=-d*d+u*(u+2*l)+c);else u=o>0?-r:r,d=Math.max(0,-(o*u+a)),f=-d*d+u*(u+2*l)+c;return n&&n.copy(this.origin).addScaledVector(this.direction,d),s&&s.copy(Hd).addScaledVector(Sc,u),f}intersectSphere(t,e){if(t.radius<0)return null;Ts.subVectors(t.center,this.origin);let n=Ts.dot(this.direction),s=Ts.dot(Ts)-n*n,r=t.radius*t.radius;if(s>r)return null;let o=Math.sqrt(r-s),a=n-o,l=n+o;return l<0?null:a<0?this.at(l,e):this.at(a,e)}intersectsSphere(t){return t.radius<0?!1:this.distanceSqToPoint(t.center)<=t.radius*t.radius}distanceToPlane(t){let e=t.normal.dot(this.direction);if(e===0)return t.distanceToPoint(this.origin)===0?0:null;let n=-(this.origin.dot(t.normal)+t.constant)/e;return n>=0?n:null}intersectPlane(t,e){let n=this.distanceToPlane(t);return n===null?null:this.at(n,e)}intersectsPlane(t){let e=t.distanceToPoint(this.origin);return e===0||t.normal.dot(this.direction)*e<0}intersectBox(t,e){let n,s,r,o,a,l,c=1/this.direction.x,h=1/this.direction.y,d=1/this.direction.z,u=this.origin;return c>=0?(n=(t.min.x-u.x)*c,s=(t.max.x-u.x)*c):(n=(t.max.x-u.x)*c,s=(t.min.x-u.x)*c),h>=0?(r=(t.min.y-u.y)*h,o=(t.max.y-u.y)*h):(r=(t.max.y-u.y)*h,o=(t.min.y-u.y)*h),n>o||r>s||((r>n||isNaN(n))&&(n=r),(o<s||isNaN(s))&&(s=o),d>=0?(a=(t.min.z-u.z)*d,l=(t.max.z-u.z)*d):(a=(t.max.z-u.z)*d,l=(t.min.z-u.z)*d),n>l||a>s)||((a>n||n!==n)&&(n=a),(l<s||s!==s)&&(s=l),s<0)?null:this.at(n>=0?n:s,e)}intersectsBox(t){return this.intersectBox(t,Ts)!==null}intersectTriangle(t,e,n,s,r){let o=this.origin,a=this.direction,l=a.x,c=a.y,h=a.z,d=t.x-o.x,u=t.y-o.y,f=t.z-o.z,m=e.x-o.x,y=e.y-o.y,p=e.z-o.z,g=n.x-o.x,x=n.y-o.y,M=n.z-o.z,v=Math.abs(l),A=Math.abs(c),w=Math.abs(h),_,S,I,P,R,U,k,D,G,O,V,it;if(v>=A&&v>=w?(I=l,U=d,G=m,it=g,l>=0?(_=c,S=h,P=u,R=f,k=y,D=p,O=x,V=M):(_=h,S=c,P=f,R=u,k=p,D=y,O=M,V=x)):A>=w?(I=c,U=u,G=y,it=x,c>=0?(_=h,S=l,P=f,R=d,k=p,D=m,O=M,V=g):(_=l,S=h,P=d,R=f,k=m,D=p,O=g,V=M)):(I=h,U=f,G=p,it=M,h>=0?(_=l,S=c,P=d,R=u,k=m,D=y,O=g,V=x):(_=c,S=l,P=u,R=d,k=y,D=m,O=x,V=g)),I===0)return null;let Y=_/I,j=S/I,tt=1/I,ht=P-Y*U,st=R-j*U,q=k-Y*G,rt=D-j*G,nt=O-Y*it,lt=V-j*it,gt=nt*rt-lt*q,Ut=ht*lt-st*nt,Jt=q*st-rt*ht;if(s){if(gt<0||Ut<0||Jt<0)return null}else if((gt<0||Ut<0||Jt<0)&&(gt>0||Ut>0||Jt>0))return null;let kt=gt+Ut+Jt;if(kt===0)return null;let de=tt*(gt*U+Ut*G+Jt*it);return(kt>0?de<0:de>0)?null:this.at(de/kt,r)}applyMatrix4(t){return this.origin.applyMatrix4(t),this.direction.transformDirection(t),this}equals(t){return t.origin.equals(this.origin)&&t.direction.equals(this.direction)}clone(){return new this.constructor().copy(this)}},qi=class extends Ii{constructor(t){super(),this.isMeshBasicMaterial=!0,this.type="MeshBasicMaterial",this.color=new qt(16777215),this.map=null,this.lightMap=null,this.lightMapIntensity=1,this.aoMap=null,this.aoMapIntensity=1,this.specularMap=null,this.alphaMap=null,this.envMap=null,this.envMapRotation=new ri,this.combine=pl,this.reflectivity=1,this.refractionRatio=.98,this.wireframe=!1,this.wireframeLinewidth=1,this.wireframeLinecap="round",this.wireframeLinejoin="round",this.fog=!0,this.setValues(t)}copy(t){return super.copy(t),this.color.copy(t.color),this.map=t.map,this.lightMap=t.lightMap,this.lightMapIntensity=t.lightMapIntensity,this.aoMap=t.aoMap,this.aoMapIntensity=t.aoMapIntensity,this.specularMap=t.specularMap,this.alphaMap=t.alphaMap,this.envMap=t.envMap,this.envMapRotation.copy(t.envMapRotation),this.combine=t.combine,this.reflectivity=t.reflectivity,this.refractionRatio=t.refractionRatio,this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this.wireframeLinecap=t.wireframeLinecap,this.wireframeLinejoin=t.wireframeLinejoin,this.fog=t.fog,this}},Dg=new $t,wr=new Ps,wc=new ss,Ug=new H,Tc=new H,Ac=new H,Ec=new H,Wd=new H,Cc=new H,Fg=new H,Rc=new H,He=class extends tn{constructor(t=new Ve,e=new qi){super(),this.isMesh=!0,this.type="Mesh",this.geometry=t,this.material=e,this.morphTargetDictionary=void 0,this.morphTargetInfluences=void 0,this.count=1,this.updateMorphTargets()}copy(t,e){return super.copy(t,e),t.morphTargetInfluences!==void 0?this.morphTargetInfluences=t.morphTargetInfluences.slice():this.morphTargetInfluences=void 0,t.morphTargetDictionary!==void 0?this.morphTargetDictionary=Object.assign({},t.morphTargetDictionary):this.morphTargetDictionary=void 0,this.material=Array.isArray(t.material)?t.material.slice():t.material,this.geometry=t.geometry,this}updateMorphTargets(){let e=this.geometry.morphAttributes,n=Object.keys(e);if(n.length>0){let s=e[n[0]];if(s!==void 0){this.morphTargetInfluences=[],this.morphTargetDictionary={};for(let r=0,o=s.length;r<o;r++){let a=s[r].name||String(r);this.morphTargetInfluences.push(0),this.morphTargetDictionary[a]=r}}}}getVertexPosition(t,e){let n=this.geometry,s=n.attributes.position,r=n.morphAttributes.position,o=n.morphTargetsRelative;e.fromBufferAttribute(s,t);let a=this.morphTargetInfluences;if(r&&a){Cc.set(0,0,0);for(let l=0,c=r.length;l<c;l++){let h=a[l],d=r[l];h!==0&&(Wd.fromBufferAttribute(d,t),o?Cc.addScaledVector(Wd,h):Cc.addScaledVector(Wd.sub(e),h))}e.add(Cc)}return e}intersectsFrustum(t){return t.intersectsObject(this)}raycast(t,e){let n=this.geometry,s=this.material,r=this.matrixWorld;s!==void 0&&(n.boundingSphere===null&&n.computeBoundingSphere(),wc.copy(n.boundingSphere),wc.applyMatrix4(r),wr.copy(t.ray).recast(t.near),!(wc.containsPoint(wr.origin)===!1&&(wr.intersectSphere(wc,Ug)===null||wr.origin.distanceToSquared(Ug)>(t.far-t.near)**2))&&(Dg.copy(r).invert(),wr.copy(t.ray).applyMatrix4(Dg),!(n.boundingBox!==null&&wr.intersectsBox(n.boundingBox)===!1)&&this._computeIntersections(t,e,wr)))}_computeIntersections(t,e,n){let s,r=this.geometry,o=this.material,a=r.index,l=r.attributes.position,c=r.attributes.uv,h=r.attributes.uv1,d=r.attributes.normal,u=r.groups,f=r.drawRange;if(a!==null)if(Array.isArray(o))for(let m=0,y=u.length;m<y;m++){let p=u[m],g=o[p.materialIndex],x=Math.max(p.start,f.start),M=Math.min(a.count,Math.min(p.start+p.count,f.start+f.count));for(let v=x,A=M;v<A;v+=3){let w=a.getX(v),_=a.getX(v+1),S=a.getX(v+2);s=Pc(this,g,t,n,c,h,d,w,_,S),s&&(s.faceIndex=Math.floor(v/3),s.face.materialIndex=p.materialIndex,e.push(s))}}else{let m=Math.max(0,f.start),y=Math.min(a.count,f.start+f.count);for(let p=m,g=y;p<g;p+=3){let x=a.getX(p),M=a.getX(p+1),v=a.getX(p+2);s=Pc(this,o,t,n,c,h,d,x,M,v),s&&(s.faceIndex=Math.floor(p/3),e.push(s))}}else if(l!==void 0)if(Array.isArray(o))for(let m=0,y=u.length;m<y;m++){let p=u[m],g=o[p.materialIndex],x=Math.max(p.start,f.start),M=Math.min(l.count,Math.min(p.start+p.count,f.start+f.count));for(let v=x,A=M;v<A;v+=3){let w=v,_=v+1,S=v+2;s=Pc(this,g,t,n,c,h,d,w,_,S),s&&(s.faceIndex=Math.floor(v/3),s.face.materialIndex=p.materialIndex,e.push(s))}}else{let m=Math.max(0,f.start),y=Math.min(l.count,f.start+f.count);for(let p=m,g=y;p<g;p+=3){let x=p,M=p+1,v=p+2;s=Pc(this,o,t,n,c,h,d,x,M,v),s&&(s.faceIndex=Math.floor(p/3),e.push(s))}}}};function nb(i,t,e,n,s,r,o,a){let l;if(t.side===si?l=n.intersectTriangle(o,r,s,!0,a):l=n.intersectTriangle(s,r,o,t.side===cs,a),l===null)return null;Rc.copy(a),Rc.applyMatrix4(i.matrixWorld);let c=e.ray.origin.distanceTo(Rc);return c<e.near||c>e.far?null:{distance:c,point:Rc.clone(),object:i}}function Pc(i,t,e,n,s,r,o,a,l,c){i.getVertexPosition(a,Tc),i.getVertexPosition(l,Ac),i.getVertexPosition(c,Ec);let h=nb(i,t,e,n,Tc,Ac,Ec,Fg);if(h){let d=new H;Wi.getBarycoord(Fg,Tc,Ac,Ec,d),s&&(h.uv=Wi.getInterpolatedAttribute(s,a,l,c,d,new Ht)),r&&(h.uv1=Wi.getInterpolatedAttribute(r,a,l,c,d,new Ht)),o&&(h.normal=Wi.getInterpolatedAttribute(o,a,l,c,d,new H),h.normal.dot(n.direction)>0&&h.normal.multiplyScalar(-1));let u={a,b:l,c,normal:new H,materialIndex:0};Wi.getNormal(Tc,Ac,Ec,u.normal),h.face=u,h.barycoord=d}return h}var La=new Ne,Og=new Ne,kg=new Ne,ib=new Ne,Bg=new $t,Ic=new H,Xd=new ss,zg=new $t,qd=new Ps,Za=class extends He{constructor(t,e){super(t,e),this.isSkinnedMesh=!0,this.type="SkinnedMesh",this.bindMode=Jd,this.bindMatrix=new $t,this.bindMatrixInverse=new $t,this.boundingBox=null,this.boundingSphere=null}computeBoundingBox(){let t=this.geometry;this.boundingBox===null&&(this.boundingBox=new Mi),this.boundingBox.makeEmpty();let e=t.getAttribute("position");for(let n=0;n<e.count;n++)this.getVertexPosition(n,Ic),this.boundingBox.expandByPoint(Ic)}computeBoundingSphere(){let t=this.geometry;this.boundingSphere===null&&(this.boundingSphere=new ss),this.boundingSphere.makeEmpty();let e=t.getAttribute("position");for(let n=0;n<e.count;n++)this.getVertexPosition(n,Ic),this.boundingSphere.expandByPoint(Ic)}copy(t,e){return super.copy(t,e),this.bindMode=t.bindMode,this.bindMatrix.copy(t.bindMatrix),this.bindMatrixInverse.copy(t.bindMatrixInverse),this.skeleton=t.skeleton,this.boundingBox=t.boundingBox!==null?t.boundingBox.clone():null,this.boundingSphere=t.boundingSphere!==null?t.boundingSphere.clone():null,this}raycast(t,e){let n=this.material,s=this.matrixWorld;n!==void 0&&(this.boundingSphere===null&&this.computeBoundingSphere(),Xd.copy(this.boundingSphere),Xd.applyMatrix4(s),t.ray.intersectsSphere(Xd)!==!1&&(zg.copy(s).invert(),qd.copy(t.ray).applyMatrix4(zg),!(this.boundingBox!==null&&qd.intersectsBox(this.boundingBox)===!1)&&this._computeIntersections(t,e,qd)))}getVertexPosition(t,e){return super.getVertexPosition(t,e),this.applyBoneTransform(t,e),e}bind(t,e){this.skeleton=t,e===void 0&&(this.updateMatrixWorld(!0),this.skeleton.calculateInverses(),e=this.matrixWorld),this.bindMatrix.copy(e),this.bindMatrixInverse.copy(e).invert()}pose(){this.skeleton.pose()}normalizeSkinWeights(){let t=new Ne,e=this.geometry.attributes.skinWeight;for(let n=0,s=e.count;n<s;n++){t.fromBufferAttribute(e,n);let r=1/t.manhattanLength();r!==1/0?t.multiplyScalar(r):t.set(1,0,0,0),e.setXYZW(n,t.x,t.y,t.z,t.w)}}updateMatrixWorld(t){super.updateMatrixWorld(t),this.bindMode===Jd?this.bindMatrixInverse.copy(this.matrixWorld).invert():this.bindMode===I0?this.bindMatrixInverse.copy(this.bindMatrix).invert():Yt("SkinnedMesh: Unrecognized bindMode: "+this.bindMode)}applyBoneTransform(t,e){let n=this.skeleton,s=this.geometry;Og.fromBufferAttribute(s.attributes.skinIndex,t),kg.fromBufferAttribute(s.attributes.skinWeight,t),e.isVector4?(La.copy(e),e.set(0,0,0,0)):(La.set(e.x,e.y,e.z,1),e.set(0,0,0)),La.applyMatrix4(this.bindMatrix);for(let r=0;r<4;r++){let o=kg.getComponent(r);if(o!==0){let a=Og.getComponent(r);Bg.multiplyMatrices(n.bones[a].matrixWorld,n.boneInverses[a]),e.addScaledVector(ib.copy(La).applyMatrix4(Bg),o)}}return e.isVector4&&(e.w=La.w),e.applyMatrix4(this.bindMatrixInverse)}},Ho=class extends tn{constructor(){super(),this.isBone=!0,this.type="Bone"}},Cr=class extends qn{constructor(t=null,e=1,n=1,s,r,o,a,l,c=On,h=On,d,u){super(null,o,a,l,c,h,s,r,d,u),this.isDataTexture=!0,this.image={data:t,width:e,height:n},this.generateMipmaps=!1,this.flipY=!1,this.unpackAlignment=1}},Vg=new $t,sb=new $t,Ja=class i{constructor(t=[],e=[]){this.uuid=us(),this.bones=t.slice(0),this.boneInverses=e,this.boneMatrices=null,this.previousBoneMatrices=null,this.boneTexture=null,this.previousBoneTexture=null,this.init()}init(){let t=this.bones,e=this.boneInverses;if(this.boneMatrices=new Float32Array(t.length*16),e.length===0)this.calculateInverses();else if(t.length!==e.length){Yt("Skeleton: Number of inverse bone matrices does not match amount of bones."),this.boneInverses=[];for(let n=0,s=this.bones.length;n<s;n++)this.boneInverses.push(new $t)}}calculateInverses(){this.boneInverses.length=0;for(let t=0,e=this.bones.length;t<e;t++){let n=new $t;this.bones[t]&&n.copy(this.bones[t].matrixWorld).invert(),this.boneInverses.push(n)}}pose(){for(let t=0,e=this.bones.length;t<e;t++){let n=this.bones[t];n&&n.matrixWorld.copy(this.boneInverses[t]).invert()}for(let t=0,e=this.bones.length;t<e;t++){let n=this.bones[t];n&&(n.parent&&n.parent.isBone?(n.matrix.copy(n.parent.matrixWorld).invert(),n.matrix.multiply(n.matrixWorld)):n.matrix.copy(n.matrixWorld),n.matrix.decompose(n.position,n.quaternion,n.scale))}}update(){let t=this.bones,e=this.boneInverses,n=this.boneMatrices,s=this.boneTexture;for(let r=0,o=t.length;r<o;r++){let a=t[r]?t[r].matrixWorld:sb;Vg.multiplyMatrices(a,e[r]),Vg.toArray(n,r*16)}s!==null&&(s.needsUpdate=!0)}clone(){return new i(this.bones,this.boneInverses)}computeBoneTexture(){let t=Math.sqrt(this.bones.length*4);t=Math.ceil(t/4)*4,t=Math.max(t,4);let e=new Float32Array(t*t*4);e.set(this.boneMatrices);let n=new Cr(e,t,t,Di,Ni);return n.needsUpdate=!0,this.boneMatrices=e,this.boneTexture=n,this}getBoneByName(t){for(let e=0,n=this.bones.length;e<n;e++){let s=this.bones[e];if(s.name===t)return s}}dispose(){this.boneTexture!==null&&(this.boneTexture.dispose(),this.boneTexture=null),this.previousBoneTexture!==null&&(this.previousBoneTexture.dispose(),this.previousBoneTexture=null)}fromJSON(t,e){this.uuid=t.uuid;for(let n=0,s=t.bones.length;n<s;n++){let r=t.bones[n],o=e[r];o===void 0&&(Yt("Skeleton: No bone found with UUID:",r),o=new Ho),this.bones.push(o),this.boneInverses.push(new $t().fromArray(t.boneInverses[n]))}return this.init(),this}toJSON(){let t={metadata:{version:4.7,type:"Skeleton",generator:"Skeleton.toJSON"},bones:[],boneInverses:[]};t.uuid=this.uuid;let e=this.bones,n=this.boneInverses;for(let s=0,r=e.length;s<r;s++){let o=e[s];t.bones.push(o.uuid);let a=n[s];t.boneInverses.push(a.toArray())}return t}};var Tr=new ss,rb=new Ht(.5,.5),Lc=new H,er=class{constructor(t=new bi,e=new bi,n=new bi,s=new bi,r=new bi,o=new bi){this.planes=[t,e,n,s,r,o]}set(t,e,n,s,r,o){let a=this.planes;return a[0].copy(t),a[1].copy(e),a[2].copy(n),a[3].copy(s),a[4].copy(r),a[5].copy(o),this}copy(t){let e=this.planes;for(let n=0;n<6;n++)e[n].copy(t.planes[n]);return this}setFromProjectionMatrix(t,e=Pi,n=!1){let s=this.planes,r=t.elements,o=r[0],a=r[1],l=r[2],c=r[3],h=r[4],d=r[5],u=r[6],f=r[7],m=r[8],y=r[9],p=r[10],g=r[11],x=r[12],M=r[13],v=r[14],A=r[15];if(s[0].setComponents(c-o,f-h,g-m,A-x).normalize(),s[1].setComponents(c+o,f+h,g+m,A+x).normalize(),s[2].setComponents(c+a,f+d,g+y,A+M).normalize(),s[3].setComponents(c-a,f-d,g-y,A-M).normalize(),n)s[4].setComponents(l,u,p,v).normalize(),s[5].setComponents(c-l,f-u,g-p,A-v).normalize();else if(s[4].setComponents(c-l,f-u,g-p,A-v).normalize(),e===Pi)s[5].setComponents(c+l,f+u,g+p,A+v).normalize();else if(e===Oo)s[5].setComponents(l,u,p,v).normalize();else throw new Error("THREE.Frustum.setFromProjectionMatrix(): Invalid coordinate system: "+e);return this}intersectsObject(t){if(t.boundingSphere!==void 0)t.boundingSphere===null&&t.computeBoundingSphere(),Tr.copy(t.boundingSphere).applyMatrix4(t.matrixWorld);else{let e=t.geometry;e.boundingSphere===null&&e.computeBoundingSphere(),Tr.copy(e.boundingSphere).applyMatrix4(t.matrixWorld)}return this.intersectsSphere(Tr)}intersectsSprite(t){Tr.center.set(0,0,0);let e=rb.distanceTo(t.center);return Tr.radius=.7071067811865476+e,Tr.applyMatrix4(t.matrixWorld),this.intersectsSphere(Tr)}intersectsSphere(t){let e=this.planes,n=t.center,s=-t.radius;for(let r=0;r<6;r++)if(e[r].distanceToPoint(n)<s)return!1;return!0}intersectsBox(t){let e=this.planes;for(let n=0;n<6;n++){let s=e[n];if(Lc.x=s.normal.x>0?t.max.x:t.min.x,Lc.y=s.normal.y>0?t.max.y:t.min.y,Lc.z=s.normal.z>0?t.max.z:t.min.z,s.distanceToPoint(Lc)<0)return!1}return!0}containsPoint(t){let e=this.planes;for(let n=0;n<6;n++)if(e[n].distanceToPoint(t)<0)return!1;return!0}clone(){return new this.constructor().copy(this)}},Gg=new $t,ih=class i{constructor(){this.coordinateSystem=Pi,this._frustums=[],this._count=0}setFromArrayCamera(t){let e=t.cameras,n=this._frustums;for(let s=0;s<e.length;s++){let r=e[s];Gg.multiplyMatrices(r.projectionMatrix,r.matrixWorldInverse),n[s]===void 0&&(n[s]=new er),n[s].setFromProjectionMatrix(Gg,r.coordinateSystem,r.reversedDepth)}return this._count=e.length,this}getFrustum(t){return this._frustums[t]}intersectsObject(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsObject(t))return!0;return!1}intersectsSprite(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsSprite(t))return!0;return!1}intersectsSphere(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsSphere(t))return!0;return!1}intersectsBox(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsBox(t))return!0;return!1}containsPoint(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].containsPoint(t))return!0;return!1}copy(t){this.coordinateSystem=t.coordinateSystem;let e=this._frustums,n=t._frustums;for(let s=0;s<t._count;s++)e[s]===void 0&&(e[s]=new er),e[s].copy(n[s]);return this._count=t._count,this}clone(){return new i().copy(this)}};var wi=class extends Ii{constructor(t){super(),this.isLineBasicMaterial=!0,this.type="LineBasicMaterial",this.color=new qt(16777215),this.map=null,this.linewidth=1,this.linecap="round",this.linejoin="round",this.fog=!0,this.setValues(t)}copy(t){return super.copy(t),this.color.copy(t.color),this.map=t.map,this.linewidth=t.linewidth,this.linecap=t.linecap,this.linejoin=t.linejoin,this.fog=t.fog,this}},sh=new H,rh=new H,Hg=new $t,Na=new Ps,Nc=new ss,Yd=new H,Wg=new H,Is=class extends tn{constructor(t=new Ve,e=new wi){super(),this.isLine=!0,this.type="Line",this.geometry=t,this.material=e,this.morphTargetDictionary=void 0,this.morphTargetInfluences=void 0,this.updateMorphTargets()}copy(t,e){return super.copy(t,e),t.morphTargetInfluences!==void 0?this.morphTargetInfluences=t.morphTargetInfluences.slice():this.morphTargetInfluences=void 0,t.morphTargetDictionary!==void 0?this.morphTargetDictionary=Object.assign({},t.morphTargetDictionary):this.morphTargetDictionary=void 0,this.material=Array.isArray(t.material)?t.material.slice():t.material,this.geometry=t.geometry,this}computeLineDistances(){let t=this.geometry;if(t.index===null){let e=t.attributes.position,n=[0];for(let s=1,r=e.count;s<r;s++)sh.fromBufferAttribute(e,s-1),rh.fromBufferAttribute(e,s),n[s]=n[s-1],n[s]+=sh.distanceTo(rh);t.setAttribute("lineDistance",new ye(n,1))}else Yt("Line.computeLineDistances(): Computation only possible with non-indexed BufferGeometry.");return this}intersectsFrustum(t){return t.intersectsObject(this)}raycast(t,e){let n=this.geometry,s=this.matrixWorld,r=t.params.Line.threshold,o=n.drawRange;if(n.boundingSphere===null&&n.computeBoundingSphere(),Nc.copy(n.boundingSphere),Nc.applyMatrix4(s),Nc.radius+=r,t.ray.intersectsSphere(Nc)===!1)return;Hg.copy(s).invert(),Na.copy(t.ray).applyMatrix4(Hg);let a=r/((this.scale.x+this.scale.y+this.scale.z)/3),l=a*a,c=this.isLineSegments?2:1,h=n.index,u=n.attributes.position;if(h!==null){let f=Math.max(0,o.start),m=Math.min(h.count,o.start+o.count);for(let y=f,p=m-1;y<p;y+=c){let g=h.getX(y),x=h.getX(y+1),M=Dc(this,t,Na,l,g,x,y);M&&e.push(M)}if(this.isLineLoop){let y=h.getX(m-1),p=h.getX(f),g=Dc(this,t,Na,l,y,p,m-1);g&&e.push(g)}}else{let f=Math.max(0,o.start),m=Math.min(u.count,o.start+o.count);for(let y=f,p=m-1;y<p;y+=c){let g=Dc(this,t,Na,l,y,y+1,y);g&&e.push(g)}if(this.isLineLoop){let y=Dc(this,t,Na,l,m-1,f,m-1);y&&e.push(y)}}}updateMorphTargets(){let e=this.geometry.morphAttributes,n=Object.keys(e);if(n.length>0){let s=e[n[0]];if(s!==void 0){this.morphTargetInfluences=[],this.morphTargetDictionary={};for(let r=0,o=s.length;r<o;r++){let a=s[r].name||String(r);this.morphTargetInfluences.push(0),this.morphTargetDictionary[a]=r}}}}};function Dc(i,t,e,n,s,r,o){let a=i.geometry.attributes.position;if(sh.fromBufferAttribute(a,s),rh.fromBufferAttribute(a,r),e.distanceSqToSegment(sh,rh,Yd,Wg)>n)return;Yd.applyMatrix4(i.matrixWorld);let c=t.ray.origin.distanceTo(Yd);if(!(c<t.near||c>t.far))return{distance:c,point:Wg.clone().applyMatrix4(i.matrixWorld),index:o,face:null,faceIndex:null,barycoord:null,object:i}}var Xg=new H,qg=new H,Ls=class extends Is{constructor(t,e){super(t,e),this.isLineSegments=!0,this.type="LineSegments"}computeLineDistances(){let t=this.geometry;if(t.index===null){let e=t.attributes.position,n=[];for(let s=0,r=e.count;s<r;s+=2)Xg.fromBufferAttribute(e,s),qg.fromBufferAttribute(e,s+1),n[s]=s===0?0:n[s-1],n[s+1]=n[s]+Xg.distanceTo(qg);t.setAttribute("lineDistance",new ye(n,1))}else Yt("LineSegments.computeLineDistances(): Computation only possible with non-indexed BufferGeometry.");return this}};var Rr=class extends Ii{constructor(t){super(),this.isPointsMaterial=!0,this.type="PointsMaterial",this.color=new qt(16777215),this.map=null,this.alphaMap=null,this.size=1,this.sizeAttenuation=!0,this.fog=!0,this.setValues(t)}copy(t){return super.copy(t),this.color.copy(t.color),this.map=t.map,this.alphaMap=t.alphaMap,this.size=t.size,this.sizeAttenuation=t.sizeAttenuation,this.fog=t.fog,this}},Yg=new $t,tf=new Ps,Uc=new ss,Fc=new H,Wo=class extends tn{constructor(t=new Ve,e=new Rr){super(),this.isPoints=!0,this.type="Points",this.geometry=t,this.material=e,this.morphTargetDictionary=void 0,this.morphTargetInfluences=void 0,this.updateMorphTargets()}copy(t,e){return super.copy(t,e),t.morphTargetInfluences!==void 0?this.morphTargetInfluences=t.morphTargetInfluences.slice():this.morphTargetInfluences=void 0,t.morphTargetDictionary!==void 0?this.morphTargetDictionary=Object.assign({},t.morphTargetDictionary):this.morphTargetDictionary=void 0,this.material=Array.isArray(t.material)?t.material.slice():t.material,this.geometry=t.geometry,this}intersectsFrustum(t){return t.intersectsObject(this)}raycast(t,e){let n=this.geometry,s=this.matrixWorld,r=t.params.Points.threshold,o=n.drawRange;if(n.boundingSphere===null&&n.computeBoundingSphere(),Uc.copy(n.boundingSphere),Uc.applyMatrix4(s),Uc.radius+=r,t.ray.intersectsSphere(Uc)===!1)return;Yg.copy(s).invert(),tf.copy(t.ray).applyMatrix4(Yg);let a=r/((this.scale.x+this.scale.y+this.scale.z)/3),l=a*a,c=n.index,d=n.attributes.position;if(c!==null){let u=Math.max(0,o.start),f=Math.min(c.count,o.start+o.count);for(let m=u,y=f;m<y;m++){let p=c.getX(m);Fc.fromBufferAttribute(d,p),$g(Fc,p,l,s,t,e,this)}}else{let u=Math.max(0,o.start),f=Math.min(d.count,o.start+o.count);for(let m=u,y=f;m<y;m++)Fc.fromBufferAttribute(d,m),$g(Fc,m,l,s,t,e,this)}}updateMorphTargets(){let e=this.geometry.morphAttributes,n=Object.keys(e);if(n.length>0){let s=e[n[0]];if(s!==void 0){this.morphTargetInfluences=[],this.morphTargetDictionary={};for(let r=0,o=s.length;r<o;r++){let a=s[r].name||String(r);this.morphTargetInfluences.push(0),this.morphTargetDictionary[a]=r}}}}};function $g(i,t,e,n,s,r,o){let a=tf.distanceSqToPoint(i);if(a<e){let l=new H;tf.closestPointToPoint(i,l),l.applyMatrix4(n);let c=s.ray.origin.distanceTo(l);if(c<s.near||c>s.far)return;r.push({distance:c,distanceToRay:Math.sqrt(a),point:l,index:t,face:null,faceIndex:null,barycoord:null,object:o})}}var ja=class extends qn{constructor(t=[],e=zr,n,s,r,o,a,l,c,h){super(t,e,n,s,r,o,a,l,c,h),this.isCubeTexture=!0,this.flipY=!1}get images(){return this.image}set images(t){this.image=t}},Xo=class extends qn{constructor(t,e,n,s,r,o,a,l,c){super(t,e,n,s,r,o,a,l,c),this.isCanvasTexture=!0,this.needsUpdate=!0}};var Ns=class extends qn{constructor(t,e,n=Yi,s,r,o,a=On,l=On,c,h=Rs,d=1){if(h!==Rs&&h!==Fs)throw new Error("THREE.DepthTexture: format must be either THREE.DepthFormat or THREE.DepthStencilFormat");let u={width:t,height:e,depth:d};super(u,s,r,o,a,l,h,n,c),this.isDepthTexture=!0,this.flipY=!1,this.generateMipmaps=!1,this.compareFunction=null}copy(t){return super.copy(t),this.source=new zo(Object.assign({},t.image)),this.compareFunction=t.compareFunction,this}toJSON(t){let e=super.toJSON(t);return e.compareFunction=this.compareFunction,e}},Ka=class extends Ns{constructor(t,e=Yi,n=zr,s,r,o=On,a=On,l,c=Rs){let h={width:t,height:t,depth:1},d=[h,h,h,h,h,h];super(t,t,e,n,s,r,o,a,l,c),this.image=d,this.isCubeDepthTexture=!0,this.isCubeTexture=!0}get images(){return this.image}set images(t){this.image=t}},Qa=class extends qn{constructor(t=null){super(),this.sourceTexture=t,this.isExternalTexture=!0}copy(t){return super.copy(t),this.sourceTexture=t.sourceTexture,this}},nr=class i extends Ve{constructor(t=1,e=1,n=1,s=1,r=1,o=1){super(),this.type="BoxGeometry",this.parameters={width:t,height:e,depth:n,widthSegments:s,heightSegments:r,depthSegments:o};let a=this;s=Math.floor(s),r=Math.floor(r),o=Math.floor(o);let l=[],c=[],h=[],d=[],u=0,f=0;m("z","y","x",-1,-1,n,e,t,o,r,0),m("z","y","x",1,-1,n,e,-t,o,r,1),m("x","z","y",1,1,t,n,e,s,o,2),m("x","z","y",1,-1,t,n,-e,s,o,3),m("x","y","z",1,-1,t,e,n,s,r,4),m("x","y","z",-1,-1,t,e,-n,s,r,5),this.setIndex(l),this.setAttribute("position",new ye(c,3)),this.setAttribute("normal",new ye(h,3)),this.setAttribute("uv",new ye(d,2));function m(y,p,g,x,M,v,A,w,_,S,I){let P=v/_,R=A/S,U=v/2,k=A/2,D=w/2,G=_+1,O=S+1,V=0,it=0,Y=new H;for(let j=0;j<O;j++){let tt=j*R-k;for(let ht=0;ht<G;ht++){let st=ht*P-U;Y[y]=st*x,Y[p]=tt*M,Y[g]=D,c.push(Y.x,Y.y,Y.z),Y[y]=0,Y[p]=0,Y[g]=w>0?1:-1,h.push(Y.x,Y.y,Y.z),d.push(ht/_),d.push(1-j/S),V+=1}}for(let j=0;j<S;j++)for(let tt=0;tt<_;tt++){let ht=u+tt+G*j,st=u+tt+G*(j+1),q=u+(tt+1)+G*(j+1),rt=u+(tt+1)+G*j;l.push(ht,st,rt),l.push(st,q,rt),it+=6}a.addGroup(f,it,I),f+=it,u+=V}}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.width,t.height,t.depth,t.widthSegments,t.heightSegments,t.depthSegments)}};var qo=class i extends Ve{constructor(t=1,e=1,n=1,s=32,r=1,o=!1,a=0,l=Math.PI*2){super(),this.type="CylinderGeometry",this.parameters={radiusTop:t,radiusBottom:e,height:n,radialSegments:s,heightSegments:r,openEnded:o,thetaStart:a,thetaLength:l};let c=this;s=Math.floor(s),r=Math.floor(r);let h=[],d=[],u=[],f=[],m=0,y=[],p=n/2,g=0;x(),o===!1&&(t>0&&M(!0),e>0&&M(!1)),this.setIndex(h),this.setAttribute("position",new ye(d,3)),this.setAttribute("normal",new ye(u,3)),this.setAttribute("uv",new ye(f,2));function x(){let v=new H,A=new H,w=0,_=(e-t)/n;for(let S=0;S<=r;S++){let I=[],P=S/r,R=P*(e-t)+t;for(let U=0;U<=s;U++){let k=U/s,D=k*l+a,G=Math.sin(D),O=Math.cos(D);A.x=R*G,A.y=-P*n+p,A.z=R*O,d.push(A.x,A.y,A.z),v.set(G,_,O).normalize(),u.push(v.x,v.y,v.z),f.push(k,1-P),I.push(m++)}y.push(I)}for(let S=0;S<s;S++)for(let I=0;I<r;I++){let P=y[I][S],R=y[I+1][S],U=y[I+1][S+1],k=y[I][S+1];(t>0||I!==0)&&(h.push(P,R,k),w+=3),(e>0||I!==r-1)&&(h.push(R,U,k),w+=3)}c.addGroup(g,w,0),g+=w}function M(v){let A=m,w=new Ht,_=new H,S=0,I=v===!0?t:e,P=v===!0?1:-1;for(let U=1;U<=s;U++)d.push(0,p*P,0),u.push(0,P,0),f.push(.5,.5),m++;let R=m;for(let U=0;U<=s;U++){let D=U/s*l+a,G=Math.cos(D),O=Math.sin(D);_.x=I*O,_.y=p*P,_.z=I*G,d.push(_.x,_.y,_.z),u.push(0,P,0),w.x=G*.5+.5,w.y=O*.5*P+.5,f.push(w.x,w.y),m++}for(let U=0;U<s;U++){let k=A+U,D=R+U;v===!0?h.push(D,D+1,k):h.push(D+1,D,k),S+=3}c.addGroup(g,S,v===!0?1:2),g+=S}}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.radiusTop,t.radiusBottom,t.height,t.radialSegments,t.heightSegments,t.openEnded,t.thetaStart,t.thetaLength)}},oh=class i extends qo{constructor(t=1,e=1,n=32,s=1,r=!1,o=0,a=Math.PI*2){super(0,t,e,n,s,r,o,a),this.type="ConeGeometry",this.parameters={radius:t,height:e,radialSegments:n,heightSegments:s,openEnded:r,thetaStart:o,thetaLength:a}}static fromJSON(t){return new i(t.radius,t.height,t.radialSegments,t.heightSegments,t.openEnded,t.thetaStart,t.thetaLength)}};function ob(i,t,e=2){let n=t&&t.length,s=n?t[0]*e:i.length,r=$0(i,0,s,e,!0),o=[];if(!r||r.next===r.prev)return o;let a,l,c;if(n&&(r=ub(i,t,r,e)),i.length>80*e){a=i[0],l=i[1];let h=a,d=l;for(let u=e;u<s;u+=e){let f=i[u],m=i[u+1];f<a&&(a=f),m<l&&(l=m),f>h&&(h=f),m>d&&(d=m)}c=Math.max(h-a,d-l),c=c!==0?32767/c:0}return tl(r,o,e,a,l,c,0),o}function $0(i,t,e,n,s){let r;if(s===Sb(i,t,e,n)>0)for(let o=t;o<e;o+=n)r=Zg(o/n|0,i[o],i[o+1],r);else for(let o=e-n;o>=t;o-=n)r=Zg(o/n|0,i[o],i[o+1],r);return r&&Yo(r,r.next)&&(nl(r),r=r.next),r}function Pr(i,t){if(!i)return i;t||(t=i);let e=i,n;do if(n=!1,!e.steiner&&(Yo(e,e.next)||nn(e.prev,e,e.next)===0)){if(nl(e),e=t=e.prev,e===e.next)break;n=!0}else e=e.next;while(n||e!==t);return t}function tl(i,t,e,n,s,r,o){if(!i)return;!o&&r&&gb(i,n,s,r);let a=i;for(;i.prev!==i.next;){let l=i.prev,c=i.next;if(r?lb(i,n,s,r):ab(i)){t.push(l.i,i.i,c.i),nl(i),i=c.next,a=c.next;continue}if(i=c,i===a){o?o===1?(i=cb(Pr(i),t),tl(i,t,e,n,s,r,2)):o===2&&hb(i,t,e,n,s,r):tl(Pr(i),t,e,n,s,r,1);break}}}function ab(i){let t=i.prev,e=i,n=i.next;if(nn(t,e,n)>=0)return!1;let s=t.x,r=e.x,o=n.x,a=t.y,l=e.y,c=n.y,h=Math.min(s,r,o),d=Math.min(a,l,c),u=Math.max(s,r,o),f=Math.max(a,l,c),m=n.next;for(;m!==t;){if(m.x>=h&&m.x<=u&&m.y>=d&&m.y<=f&&Da(s,a,r,l,o,c,m.x,m.y)&&nn(m.prev,m,m.next)>=0)return!1;m=m.next}return!0}function lb(i,t,e,n){let s=i.prev,r=i,o=i.next;if(nn(s,r,o)>=0)return!1;let a=s.x,l=r.x,c=o.x,h=s.y,d=r.y,u=o.y,f=Math.min(a,l,c),m=Math.min(h,d,u),y=Math.max(a,l,c),p=Math.max(h,d,u),g=ef(f,m,t,e,n),x=ef(y,p,t,e,n),M=i.prevZ,v=i.nextZ;for(;M&&M.z>=g&&v&&v.z<=x;){if(M.x>=f&&M.x<=y&&M.y>=m&&M.y<=p&&M!==s&&M!==o&&Da(a,h,l,d,c,u,M.x,M.y)&&nn(M.prev,M,M.next)>=0||(M=M.prevZ,v.x>=f&&v.x<=y&&v.y>=m&&v.y<=p&&v!==s&&v!==o&&Da(a,h,l,d,c,u,v.x,v.y)&&nn(v.prev,v,v.next)>=0))return!1;v=v.nextZ}for(;M&&M.z>=g;){if(M.x>=f&&M.x<=y&&M.y>=m&&M.y<=p&&M!==s&&M!==o&&Da(a,h,l,d,c,u,M.x,M.y)&&nn(M.prev,M,M.next)>=0)return!1;M=M.prevZ}for(;v&&v.z<=x;){if(v.x>=f&&v.x<=y&&v.y>=m&&v.y<=p&&v!==s&&v!==o&&Da(a,h,l,d,c,u,v.x,v.y)&&nn(v.prev,v,v.next)>=0)return!1;v=v.nextZ}return!0}function cb(i,t){let e=i;do{let n=e.prev,s=e.next.next;!Yo(n,s)&&J0(n,e,e.next,s)&&el(n,s)&&el(s,n)&&(t.push(n.i,e.i,s.i),nl(e),nl(e.next),e=i=s),e=e.next}while(e!==i);return Pr(e)}function hb(i,t,e,n,s,r){let o=i;do{let a=o.next.next;for(;a!==o.prev;){if(o.i!==a.i&&yb(o,a)){let l=j0(o,a);o=Pr(o,o.next),l=Pr(l,l.next),tl(o,t,e,n,s,r,0),tl(l,t,e,n,s,r,0);return}a=a.next}o=o.next}while(o!==i)}function ub(i,t,e,n){let s=[];for(let r=0,o=t.length;r<o;r++){let a=t[r]*n,l=r<o-1?t[r+1]*n:i.length,c=$0(i,a,l,n,!1);c===c.next&&(c.steiner=!0),s.push(xb(c))}s.sort(db);for(let r=0;r<s.length;r++)e=fb(s[r],e);return e}function db(i,t){let e=i.x-t.x;if(e===0&&(e=i.y-t.y,e===0)){let n=(i.next.y-i.y)/(i.next.x-i.x),s=(t.next.y-t.y)/(t.next.x-t.x);e=n-s}return e}function fb(i,t){let e=pb(i,t);if(!e)return t;let n=j0(e,i);return Pr(n,n.next),Pr(e,e.next)}function pb(i,t){let e=t,n=i.x,s=i.y,r=-1/0,o;if(Yo(i,e))return e;do{if(Yo(i,e.next))return e.next;if(s<=e.y&&s>=e.next.y&&e.next.y!==e.y){let d=e.x+(s-e.y)*(e.next.x-e.x)/(e.next.y-e.y);if(d<=n&&d>r&&(r=d,o=e.x<e.next.x?e:e.next,d===n))return o}e=e.next}while(e!==t);if(!o)return null;let a=o,l=o.x,c=o.y,h=1/0;e=o;do{if(n>=e.x&&e.x>=l&&n!==e.x&&Z0(s<c?n:r,s,l,c,s<c?r:n,s,e.x,e.y)){let d=Math.abs(s-e.y)/(n-e.x);el(e,i)&&(d<h||d===h&&(e.x>o.x||e.x===o.x&&mb(o,e)))&&(o=e,h=d)}e=e.next}while(e!==a);return o}function mb(i,t){return nn(i.prev,i,t.prev)<0&&nn(t.next,i,i.next)<0}function gb(i,t,e,n){let s=i;do s.z===0&&(s.z=ef(s.x,s.y,t,e,n)),s.prevZ=s.prev,s.nextZ=s.next,s=s.next;while(s!==i);s.prevZ.nextZ=null,s.prevZ=null,_b(s)}function _b(i){let t,e=1;do{let n=i,s;i=null;let r=null;for(t=0;n;){t++;let o=n,a=0;for(let c=0;c<e&&(a++,o=o.nextZ,!!o);c++);let l=e;for(;a>0||l>0&&o;)a!==0&&(l===0||!o||n.z<=o.z)?(s=n,n=n.nextZ,a--):(s=o,o=o.nextZ,l--),r?r.nextZ=s:i=s,s.prevZ=r,r=s;n=o}r.nextZ=null,e*=2}while(t>1);return i}function ef(i,t,e,n,s){return i=(i-e)*s|0,t=(t-n)*s|0,i=(i|i<<8)&16711935,i=(i|i<<4)&252645135,i=(i|i<<2)&858993459,i=(i|i<<1)&1431655765,t=(t|t<<8)&16711935,t=(t|t<<4)&252645135,t=(t|t<<2)&858993459,t=(t|t<<1)&1431655765,i|t<<1}function xb(i){let t=i,e=i;do(t.x<e.x||t.x===e.x&&t.y<e.y)&&(e=t),t=t.next;while(t!==i);return e}function Z0(i,t,e,n,s,r,o,a){return(s-o)*(t-a)>=(i-o)*(r-a)&&(i-o)*(n-a)>=(e-o)*(t-a)&&(e-o)*(r-a)>=(s-o)*(n-a)}function Da(i,t,e,n,s,r,o,a){return!(i===o&&t===a)&&Z0(i,t,e,n,s,r,o,a)}function yb(i,t){return i.next.i!==t.i&&i.prev.i!==t.i&&!vb(i,t)&&(el(i,t)&&el(t,i)&&bb(i,t)&&(nn(i.prev,i,t.prev)||nn(i,t.prev,t))||Yo(i,t)&&nn(i.prev,i,i.next)>0&&nn(t.prev,t,t.next)>0)}function nn(i,t,e){return(t.y-i.y)*(e.x-t.x)-(t.x-i.x)*(e.y-t.y)}function Yo(i,t){return i.x===t.x&&i.y===t.y}function J0(i,t,e,n){let s=kc(nn(i,t,e)),r=kc(nn(i,t,n)),o=kc(nn(e,n,i)),a=kc(nn(e,n,t));return!!(s!==r&&o!==a||s===0&&Oc(i,e,t)||r===0&&Oc(i,n,t)||o===0&&Oc(e,i,n)||a===0&&Oc(e,t,n))}function Oc(i,t,e){return t.x<=Math.max(i.x,e.x)&&t.x>=Math.min(i.x,e.x)&&t.y<=Math.max(i.y,e.y)&&t.y>=Math.min(i.y,e.y)}function kc(i){return i>0?1:i<0?-1:0}function vb(i,t){let e=i;do{if(e.i!==i.i&&e.next.i!==i.i&&e.i!==t.i&&e.next.i!==t.i&&J0(e,e.next,i,t))return!0;e=e.next}while(e!==i);return!1}function el(i,t){return nn(i.prev,i,i.next)<0?nn(i,t,i.next)>=0&&nn(i,i.prev,t)>=0:nn(i,t,i.prev)<0||nn(i,i.next,t)<0}function bb(i,t){let e=i,n=!1,s=(i.x+t.x)/2,r=(i.y+t.y)/2;do e.y>r!=e.next.y>r&&e.next.y!==e.y&&s<(e.next.x-e.x)*(r-e.y)/(e.next.y-e.y)+e.x&&(n=!n),e=e.next;while(e!==i);return n}function j0(i,t){let e=nf(i.i,i.x,i.y),n=nf(t.i,t.x,t.y),s=i.next,r=t.prev;return i.next=t,t.prev=i,e.next=s,s.prev=e,n.next=e,e.prev=n,r.next=n,n.prev=r,n}function Zg(i,t,e,n){let s=nf(i,t,e);return n?(s.next=n.next,s.prev=n,n.next.prev=s,n.next=s):(s.prev=s,s.next=s),s}function nl(i){i.next.prev=i.prev,i.prev.next=i.next,i.prevZ&&(i.prevZ.nextZ=i.nextZ),i.nextZ&&(i.nextZ.prevZ=i.prevZ)}function nf(i,t,e){return{i,x:t,y:e,prev:null,next:null,z:0,prevZ:null,nextZ:null,steiner:!1}}function Sb(i,t,e,n){let s=0;for(let r=t,o=e-n;r<e;r+=n)s+=(i[o]-i[r])*(i[r+1]+i[o+1]),o=r;return s}var sf=class{static triangulate(t,e,n=2){return ob(t,e,n)}},$o=class i{static area(t){let e=t.length,n=0;for(let s=e-1,r=0;r<e;s=r++)n+=t[s].x*t[r].y-t[r].x*t[s].y;return n*.5}static isClockWise(t){return i.area(t)<0}static triangulateShape(t,e){let n=[],s=[],r=[];Jg(t),jg(n,t);let o=t.length;e.forEach(Jg);for(let l=0;l<e.length;l++)s.push(o),o+=e[l].length,jg(n,e[l]);let a=sf.triangulate(n,s);for(let l=0;l<a.length;l+=3)r.push(a.slice(l,l+3));return r}};function Jg(i){let t=i.length;t>2&&i[t-1].equals(i[0])&&i.pop()}function jg(i,t){for(let e=0;e<t.length;e++)i.push(t[e].x),i.push(t[e].y)}var il=class i extends Ve{constructor(t=1,e=1,n=1,s=1){super(),this.type="PlaneGeometry",this.parameters={width:t,height:e,widthSegments:n,heightSegments:s};let r=t/2,o=e/2,a=Math.floor(n),l=Math.floor(s),c=a+1,h=l+1,d=t/a,u=e/l,f=[],m=[],y=[],p=[];for(let g=0;g<h;g++){let x=g*u-o;for(let M=0;M<c;M++){let v=M*d-r;m.push(v,-x,0),y.push(0,0,1),p.push(M/a),p.push(1-g/l)}}for(let g=0;g<l;g++)for(let x=0;x<a;x++){let M=x+c*g,v=x+c*(g+1),A=x+1+c*(g+1),w=x+1+c*g;f.push(M,v,w),f.push(v,A,w)}this.setIndex(f),this.setAttribute("position",new ye(m,3)),this.setAttribute("normal",new ye(y,3)),this.setAttribute("uv",new ye(p,2))}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.width,t.height,t.widthSegments,t.heightSegments)}};var Ir=class i extends Ve{constructor(t=1,e=32,n=16,s=0,r=Math.PI*2,o=0,a=Math.PI){super(),this.type="SphereGeometry",this.parameters={radius:t,widthSegments:e,heightSegments:n,phiStart:s,phiLength:r,thetaStart:o,thetaLength:a},e=Math.max(3,Math.floor(e)),n=Math.max(2,Math.floor(n));let l=Math.min(o+a,Math.PI),c=0,h=[],d=new H,u=new H,f=[],m=[],y=[],p=[];for(let g=0;g<=n;g++){let x=[],M=g/n,v=o+M*a,A=t*Math.cos(v),w=Math.sqrt(t*t-A*A),_=0;g===0&&o===0?_=.5/e:g===n&&l===Math.PI&&(_=-.5/e);for(let S=0;S<=e;S++){let I=S/e,P=s+I*r;d.x=-w*Math.cos(P),d.y=A,d.z=w*Math.sin(P),m.push(d.x,d.y,d.z),u.copy(d).normalize(),y.push(u.x,u.y,u.z),p.push(I+_,1-M),x.push(c++)}h.push(x)}for(let g=0;g<n;g++)for(let x=0;x<e;x++){let M=h[g][x+1],v=h[g][x],A=h[g+1][x],w=h[g+1][x+1];(g!==0||o>0)&&f.push(M,v,w),(g!==n-1||l<Math.PI)&&f.push(v,A,w)}this.setIndex(f),this.setAttribute("position",new ye(m,3)),this.setAttribute("normal",new ye(y,3)),this.setAttribute("uv",new ye(p,2))}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.radius,t.widthSegments,t.heightSegments,t.phiStart,t.phiLength,t.thetaStart,t.thetaLength)}};function Gr(i){let t={};for(let e in i){t[e]={};for(let n in i[e]){let s=i[e][n];if(Kg(s))s.isRenderTargetTexture?(Yt("UniformsUtils: Textures of render targets cannot be cloned via cloneUniforms() or mergeUniforms()."),t[e][n]=null):t[e][n]=s.clone();else if(Array.isArray(s))if(Kg(s[0])){let r=[];for(let o=0,a=s.length;o<a;o++)r[o]=s[o].clone();t[e][n]=r}else t[e][n]=s.slice();else t[e][n]=s}}return t}function $n(i){let t={};for(let e=0;e<i.length;e++){let n=Gr(i[e]);for(let s in n)t[s]=n[s]}return t}function Kg(i){return i&&(i.isColor||i.isMatrix3||i.isMatrix4||i.isVector2||i.isVector3||i.isVector4||i.isTexture||i.isQuaternion)}function Mb(i){let t=[];for(let e=0;e<i.length;e++)t.push(i[e].clone());return t}function Vf(i){let t=i.getRenderTarget();return t===null?i.outputColorSpace:t.isXRRenderTarget===!0?t.texture.colorSpace:le.workingColorSpace}var K0={clone:Gr,merge:$n},wb=`void main() {
	gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
}`,Tb=`void main() {
	gl_FragColor = vec4( 1.0, 0.0, 0.0, 1.0 );
}`,rs=class extends Ii{constructor(t){super(),this.isShaderMaterial=!0,this.type="ShaderMaterial",this.defines={},this.uniforms={},this.uniformsGroups=[],this.vertexShader=wb,this.fragmentShader=Tb,this.linewidth=1,this.wireframe=!1,this.wireframeLinewidth=1,this.fog=!1,this.lights=!1,this.clipping=!1,this.forceSinglePass=!0,this.extensions={clipCullDistance:!1,multiDraw:!1},this.defaultAttributeValues={color:[1,1,1],uv:[0,0],uv1:[0,0]},this.index0AttributeName=void 0,this.uniformsNeedUpdate=!1,this.glslVersion=null,t!==void 0&&this.setValues(t)}copy(t){return super.copy(t),this.fragmentShader=t.fragmentShader,this.vertexShader=t.vertexShader,this.uniforms=Gr(t.uniforms),this.uniformsGroups=Mb(t.uniformsGroups),this.defines=Object.assign({},t.defines),this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this.fog=t.fog,this.lights=t.lights,this.clipping=t.clipping,this.extensions=Object.assign({},t.extensions),this.glslVersion=t.glslVersion,this.defaultAttributeValues=Object.assign({},t.defaultAttributeValues),this.index0AttributeName=t.index0AttributeName,this.uniformsNeedUpdate=t.uniformsNeedUpdate,this}toJSON(t){let e=super.toJSON(t);e.glslVersion=this.glslVersion,e.uniforms={};for(let s in this.uniforms){let o=this.uniforms[s].value;o&&o.isTexture?e.uniforms[s]={type:"t",value:o.toJSON(t).uuid}:o&&o.isColor?e.uniforms[s]={type:"c",value:o.getHex()}:o&&o.isVector2?e.uniforms[s]={type:"v2",value:o.toArray()}:o&&o.isVector3?e.uniforms[s]={type:"v3",value:o.toArray()}:o&&o.isVector4?e.uniforms[s]={type:"v4",value:o.toArray()}:o&&o.isMatrix3?e.uniforms[s]={type:"m3",value:o.toArray()}:o&&o.isMatrix4?e.uniforms[s]={type:"m4",value:o.toArray()}:e.uniforms[s]={value:o}}Object.keys(this.defines).length>0&&(e.defines=this.defines),e.vertexShader=this.vertexShader,e.fragmentShader=this.fragmentShader,e.lights=this.lights,e.clipping=this.clipping;let n={};for(let s in this.extensions)this.extensions[s]===!0&&(n[s]=!0);return Object.keys(n).length>0&&(e.extensions=n),e}fromJSON(t,e){if(super.fromJSON(t,e),t.uniforms!==void 0)for(let n in t.uniforms){let s=t.uniforms[n];switch(this.uniforms[n]={},s.type){case"t":this.uniforms[n].value=e[s.value]||null;break;case"c":this.uniforms[n].value=new qt().setHex(s.value);break;case"v2":this.uniforms[n].value=new Ht().fromArray(s.value);break;case"v3":this.uniforms[n].value=new H().fromArray(s.value);break;case"v4":this.uniforms[n].value=new Ne().fromArray(s.value);break;case"m3":this.uniforms[n].value=new ie().fromArray(s.value);break;case"m4":this.uniforms[n].value=new $t().fromArray(s.value);break;default:this.uniforms[n].value=s.value}}if(t.defines!==void 0&&(this.defines=t.defines),t.vertexShader!==void 0&&(this.vertexShader=t.vertexShader),t.fragmentShader!==void 0&&(this.fragmentShader=t.fragmentShader),t.glslVersion!==void 0&&(this.glslVersion=t.glslVersion),t.extensions!==void 0)for(let n in t.extensions)this.extensions[n]=t.extensions[n];return t.lights!==void 0&&(this.lights=t.lights),t.clipping!==void 0&&(this.clipping=t.clipping),this}},ah=class extends rs{constructor(t){super(t),this.isRawShaderMaterial=!0,this.type="RawShaderMaterial"}};var os=class extends Ii{constructor(t){super(),this.isMeshPhongMaterial=!0,this.type="MeshPhongMaterial",this.color=new qt(16777215),this.specular=new qt(1118481),this.shininess=30,this.map=null,this.lightMap=null,this.lightMapIntensity=1,this.aoMap=null,this.aoMapIntensity=1,this.emissive=new qt(0),this.emissiveIntensity=1,this.emissiveMap=null,this.bumpMap=null,this.bumpScale=1,this.normalMap=null,this.normalMapType=Sl,this.normalScale=new Ht(1,1),this.displacementMap=null,this.displacementScale=1,this.displacementBias=0,this.specularMap=null,this.alphaMap=null,this.envMap=null,this.envMapRotation=new ri,this.combine=pl,this.reflectivity=1,this.envMapIntensity=1,this.refractionRatio=.98,this.wireframe=!1,this.wireframeLinewidth=1,this.wireframeLinecap="round",this.wireframeLinejoin="round",this.flatShading=!1,this.fog=!0,this.setValues(t)}copy(t){return super.copy(t),this.color.copy(t.color),this.specular.copy(t.specular),this.shininess=t.shininess,this.map=t.map,this.lightMap=t.lightMap,this.lightMapIntensity=t.lightMapIntensity,this.aoMap=t.aoMap,this.aoMapIntensity=t.aoMapIntensity,this.emissive.copy(t.emissive),this.emissiveMap=t.emissiveMap,this.emissiveIntensity=t.emissiveIntensity,this.bumpMap=t.bumpMap,this.bumpScale=t.bumpScale,this.normalMap=t.normalMap,this.normalMapType=t.normalMapType,this.normalScale.copy(t.normalScale),this.displacementMap=t.displacementMap,this.displacementScale=t.displacementScale,this.displacementBias=t.displacementBias,this.specularMap=t.specularMap,this.alphaMap=t.alphaMap,this.envMap=t.envMap,this.envMapRotation.copy(t.envMapRotation),this.combine=t.combine,this.reflectivity=t.reflectivity,this.envMapIntensity=t.envMapIntensity,this.refractionRatio=t.refractionRatio,this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this.wireframeLinecap=t.wireframeLinecap,this.wireframeLinejoin=t.wireframeLinejoin,this.flatShading=t.flatShading,this.fog=t.fog,this}};var as=class extends Ii{constructor(t){super(),this.isMeshLambertMaterial=!0,this.type="MeshLambertMaterial",this.color=new qt(16777215),this.map=null,this.lightMap=null,this.lightMapIntensity=1,this.aoMap=null,this.aoMapIntensity=1,this.emissive=new qt(0),this.emissiveIntensity=1,this.emissiveMap=null,this.bumpMap=null,this.bumpScale=1,this.normalMap=null,this.normalMapType=Sl,this.normalScale=new Ht(1,1),this.displacementMap=null,this.displacementScale=1,this.displacementBias=0,this.specularMap=null,this.alphaMap=null,this.envMap=null,this.envMapRotation=new ri,this.combine=pl,this.reflectivity=1,this.envMapIntensity=1,this.refractionRatio=.98,this.wireframe=!1,this.wireframeLinewidth=1,this.wireframeLinecap="round",this.wireframeLinejoin="round",this.flatShading=!1,this.fog=!0,this.setValues(t)}copy(t){return super.copy(t),this.color.copy(t.color),this.map=t.map,this.lightMap=t.lightMap,this.lightMapIntensity=t.lightMapIntensity,this.aoMap=t.aoMap,this.aoMapIntensity=t.aoMapIntensity,this.emissive.copy(t.emissive),this.emissiveMap=t.emissiveMap,this.emissiveIntensity=t.emissiveIntensity,this.bumpMap=t.bumpMap,this.bumpScale=t.bumpScale,this.normalMap=t.normalMap,this.normalMapType=t.normalMapType,this.normalScale.copy(t.normalScale),this.displacementMap=t.displacementMap,this.displacementScale=t.displacementScale,this.displacementBias=t.displacementBias,this.specularMap=t.specularMap,this.alphaMap=t.alphaMap,this.envMap=t.envMap,this.envMapRotation.copy(t.envMapRotation),this.combine=t.combine,this.reflectivity=t.reflectivity,this.envMapIntensity=t.envMapIntensity,this.refractionRatio=t.refractionRatio,this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this.wireframeLinecap=t.wireframeLinecap,this.wireframeLinejoin=t.wireframeLinejoin,this.flatShading=t.flatShading,this.fog=t.fog,this}},lh=class extends Ii{constructor(t){super(),this.isMeshDepthMaterial=!0,this.type="MeshDepthMaterial",this.depthPacking=D0,this.map=null,this.alphaMap=null,this.displacementMap=null,this.displacementScale=1,this.displacementBias=0,this.wireframe=!1,this.wireframeLinewidth=1,this.setValues(t)}copy(t){return super.copy(t),this.depthPacking=t.depthPacking,this.map=t.map,this.alphaMap=t.alphaMap,this.displacementMap=t.displacementMap,this.displacementScale=t.displacementScale,this.displacementBias=t.displacementBias,this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this}},ch=class extends Ii{constructor(t){super(),this.isMeshDistanceMaterial=!0,this.type="MeshDistanceMaterial",this.map=null,this.alphaMap=null,this.displacementMap=null,this.displacementScale=1,this.displacementBias=0,this.setValues(t)}copy(t){return super.copy(t),this.map=t.map,this.alphaMap=t.alphaMap,this.displacementMap=t.displacementMap,this.displacementScale=t.displacementScale,this.displacementBias=t.displacementBias,this}};function Qs(i,t){return!i||i.constructor===t?i:typeof t.BYTES_PER_ELEMENT=="number"?new t(i):Array.prototype.slice.call(i)}function Ua(i){return i!==void 0&&i.inTangents!==void 0&&i.outTangents!==void 0}function Ab(i){function t(s,r){return i[s]-i[r]}let e=i.length,n=new Array(e);for(let s=0;s!==e;++s)n[s]=s;return n.sort(t),n}function Qg(i,t,e){let n=i.length,s=new i.constructor(n);for(let r=0,o=0;o!==n;++r){let a=e[r]*t;for(let l=0;l!==t;++l)s[o++]=i[a+l]}return s}function Eb(i,t,e,n){let s=1,r=i[0];for(;r!==void 0&&r[n]===void 0;)r=i[s++];if(r===void 0)return;let o=r[n];if(o!==void 0)if(Array.isArray(o))do o=r[n],o!==void 0&&(t.push(r.time),e.push(...o)),r=i[s++];while(r!==void 0);else if(o.toArray!==void 0)do o=r[n],o!==void 0&&(t.push(r.time),o.toArray(e,e.length)),r=i[s++];while(r!==void 0);else do o=r[n],o!==void 0&&(t.push(r.time),e.push(o)),r=i[s++];while(r!==void 0)}var ir=class{constructor(t,e,n,s){this.parameterPositions=t,this._cachedIndex=0,this.resultBuffer=s!==void 0?s:new e.constructor(n),this.sampleValues=e,this.valueSize=n,this.settings=null,this.DefaultSettings_={}}evaluate(t){let e=this.parameterPositions,n=this._cachedIndex,s=e[n],r=e[n-1];n:{t:{let o;e:{i:if(!(t<s)){for(let a=n+2;;){if(s===void 0){if(t<r)break i;return n=e.length,this._cachedIndex=n,this.copySampleValue_(n-1)}if(n===a)break;if(r=s,s=e[++n],t<s)break t}o=e.length;break e}if(!(t>=r)){let a=e[1];t<a&&(n=2,r=a);for(let l=n-2;;){if(r===void 0)return this._cachedIndex=0,this.copySampleValue_(0);if(n===l)break;if(s=r,r=e[--n-1],t>=r)break t}o=n,n=0;break e}break n}for(;n<o;){let a=n+o>>>1;t<e[a]?o=a:n=a+1}if(s=e[n],r=e[n-1],r===void 0)return this._cachedIndex=0,this.copySampleValue_(0);if(s===void 0)return n=e.length,this._cachedIndex=n,this.copySampleValue_(n-1)}this._cachedIndex=n,this.intervalChanged_(n,r,s)}return this.interpolate_(n,r,t,s)}getSettings_(){return this.settings||this.DefaultSettings_}copySampleValue_(t){let e=this.resultBuffer,n=this.sampleValues,s=this.valueSize,r=t*s;for(let o=0;o!==s;++o)e[o]=n[r+o];return e}interpolate_(){throw new Error("THREE.Interpolant: Call to abstract method.")}intervalChanged_(){}},hh=class extends ir{constructor(t,e,n,s){super(t,e,n,s),this._weightPrev=-0,this._offsetPrev=-0,this._weightNext=-0,this._offsetNext=-0,this.DefaultSettings_={endingStart:jd,endingEnd:jd}}intervalChanged_(t,e,n){let s=this.parameterPositions,r=t-2,o=t+1,a=s[r],l=s[o];if(a===void 0)switch(this.getSettings_().endingStart){case Kd:r=t,a=2*e-n;break;case Qd:r=s.length-2,a=e+s[r]-s[r+1];break;default:r=t,a=n}if(l===void 0)switch(this.getSettings_().endingEnd){case Kd:o=t,l=2*n-e;break;case Qd:o=1,l=n+s[1]-s[0];break;default:o=t-1,l=e}let c=(n-e)*.5,h=this.valueSize;this._weightPrev=c/(e-a),this._weightNext=c/(l-n),this._offsetPrev=r*h,this._offsetNext=o*h}interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,l=t*a,c=l-a,h=this._offsetPrev,d=this._offsetNext,u=this._weightPrev,f=this._weightNext,m=(n-e)/(s-e),y=m*m,p=y*m,g=-u*p+2*u*y-u*m,x=(1+u)*p+(-1.5-2*u)*y+(-.5+u)*m+1,M=(-1-f)*p+(1.5+f)*y+.5*m,v=f*p-f*y;for(let A=0;A!==a;++A)r[A]=g*o[h+A]+x*o[c+A]+M*o[l+A]+v*o[d+A];return r}},uh=class extends ir{constructor(t,e,n,s){super(t,e,n,s)}interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,l=t*a,c=l-a,h=(n-e)/(s-e),d=1-h;for(let u=0;u!==a;++u)r[u]=o[c+u]*d+o[l+u]*h;return r}},dh=class extends ir{constructor(t,e,n,s){super(t,e,n,s)}interpolate_(t){return this.copySampleValue_(t-1)}},fh=class extends ir{interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,l=t*a,c=l-a,h=this.inTangents,d=this.outTangents;if(!h||!d){let m=(n-e)/(s-e),y=1-m;for(let p=0;p!==a;++p)r[p]=o[c+p]*y+o[l+p]*m;return r}let u=a*2,f=t-1;for(let m=0;m!==a;++m){let y=o[c+m],p=o[l+m],g=f*u+m*2,x=d[g],M=d[g+1],v=t*u+m*2,A=h[v],w=h[v+1],_=Rb(n,e,x,A,s);r[m]=Q0(_,y,M,w,p)}return r}};function Q0(i,t,e,n,s){let r=1-i;return r*r*r*t+3*r*r*i*e+3*r*i*i*n+i*i*i*s}function Cb(i,t,e,n,s){let r=1-i;return 3*r*r*(e-t)+6*r*i*(n-e)+3*i*i*(s-n)}function Rb(i,t,e,n,s){let r=(i-t)/(s-t);for(let o=0;o<8;o++){let a=Q0(r,t,e,n,s)-i;if(Math.abs(a)<1e-10)break;let l=Cb(r,t,e,n,s);if(Math.abs(l)<1e-10)break;r=Math.max(0,Math.min(1,r-a/l))}return r}var oi=class{constructor(t,e,n,s){if(t===void 0)throw new Error("THREE.KeyframeTrack: track name is undefined");if(e===void 0||e.length===0)throw new Error("THREE.KeyframeTrack: no keyframes in track named "+t);this.name=t,this.times=Qs(e,this.TimeBufferType),this.values=Qs(n,this.ValueBufferType),this.setInterpolation(s||this.DefaultInterpolation)}static toJSON(t){let e=t.constructor,n;if(e.toJSON!==this.toJSON)n=e.toJSON(t);else{n={name:t.name,times:Qs(t.times,Array),values:Qs(t.values,Array)};let s=t.getInterpolation();s!==t.DefaultInterpolation&&(n.interpolation=s),Ua(t.settings)&&(n.settings={inTangents:Qs(t.settings.inTangents,Array),outTangents:Qs(t.settings.outTangents,Array)})}return n.type=t.ValueTypeName,n}InterpolantFactoryMethodDiscrete(t){return new dh(this.times,this.values,this.getValueSize(),t)}InterpolantFactoryMethodLinear(t){return new uh(this.times,this.values,this.getValueSize(),t)}InterpolantFactoryMethodSmooth(t){return new hh(this.times,this.values,this.getValueSize(),t)}InterpolantFactoryMethodBezier(t){let e=new fh(this.times,this.values,this.getValueSize(),t);return this.settings&&(e.inTangents=this.settings.inTangents,e.outTangents=this.settings.outTangents),e}setInterpolation(t){let e;switch(t){case Ar:e=this.InterpolantFactoryMethodDiscrete;break;case Kc:e=this.InterpolantFactoryMethodLinear;break;case Gc:e=this.InterpolantFactoryMethodSmooth;break;case Ba:e=this.InterpolantFactoryMethodBezier;break}if(e===void 0){let n="unsupported interpolation for "+this.ValueTypeName+" keyframe track named "+this.name;if(this.createInterpolant===void 0)if(t!==this.DefaultInterpolation)this.setInterpolation(this.DefaultInterpolation);else throw new Error(n);return Yt("KeyframeTrack:",n),this}return this.createInterpolant=e,this}getInterpolation(){switch(this.createInterpolant){case this.InterpolantFactoryMethodDiscrete:return Ar;case this.InterpolantFactoryMethodLinear:return Kc;case this.InterpolantFactoryMethodSmooth:return Gc;case this.InterpolantFactoryMethodBezier:return Ba}}getValueSize(){return this.values.length/this.times.length}shift(t){if(t!==0){let e=this.times;for(let n=0,s=e.length;n!==s;++n)e[n]+=t;Ua(this.settings)&&(t0(this.settings.inTangents,t),t0(this.settings.outTangents,t))}return this}scale(t){if(t!==1){let e=this.times;for(let n=0,s=e.length;n!==s;++n)e[n]*=t;Ua(this.settings)&&(e0(this.settings.inTangents,t),e0(this.settings.outTangents,t))}return this}trim(t,e){let n=this.times,s=n.length,r=0,o=s-1;for(;r!==s&&n[r]<t;)++r;for(;o!==-1&&n[o]>e;)--o;if(++o,r!==0||o!==s){r>=o&&(o=Math.max(o,1),r=o-1);let a=this.getValueSize();this.times=n.slice(r,o),this.values=this.values.slice(r*a,o*a)}return this}validate(){let t=!0,e=this.getValueSize();e-Math.floor(e)!==0&&(Qt("KeyframeTrack: Invalid value size in track.",this),t=!1);let n=this.times,s=this.values,r=n.length;r===0&&(Qt("KeyframeTrack: Track is empty.",this),t=!1);let o=null;for(let a=0;a!==r;a++){let l=n[a];if(typeof l=="number"&&isNaN(l)){Qt("KeyframeTrack: Time is not a valid number.",this,a,l),t=!1;break}if(o!==null&&o>l){Qt("KeyframeTrack: Out of order keys.",this,a,l,o),t=!1;break}o=l}if(s!==void 0&&wv(s))for(let a=0,l=s.length;a!==l;++a){let c=s[a];if(isNaN(c)){Qt("KeyframeTrack: Value is not a valid number.",this,a,c),t=!1;break}}return t}optimize(){let t=this.times.slice(),e=this.values.slice(),n=this.getValueSize(),s=this.getInterpolation()===Gc,r=t.length-1,o=1;for(let a=1;a<r;++a){let l=!1,c=t[a],h=t[a+1];if(c!==h&&(a!==1||c!==t[0]))if(s)l=!0;else{let d=a*n,u=d-n,f=d+n;for(let m=0;m!==n;++m){let y=e[d+m];if(y!==e[u+m]||y!==e[f+m]){l=!0;break}}}if(l){if(a!==o){t[o]=t[a];let d=a*n,u=o*n;for(let f=0;f!==n;++f)e[u+f]=e[d+f]}++o}}if(r>0){t[o]=t[r];for(let a=r*n,l=o*n,c=0;c!==n;++c)e[l+c]=e[a+c];++o}return o!==t.length?(this.times=t.slice(0,o),this.values=e.slice(0,o*n)):(this.times=t,this.values=e),this}clone(){let t=this.times.slice(),e=this.values.slice(),n=this.constructor,s=new n(this.name,t,e);return s.createInterpolant=this.createInterpolant,Ua(this.settings)&&(s.settings={inTangents:this.settings.inTangents.slice(),outTangents:this.settings.outTangents.slice()}),s}};function t0(i,t){for(let e=0,n=i.length;e!==n;e+=2)i[e]+=t}function e0(i,t){for(let e=0,n=i.length;e!==n;e+=2)i[e]*=t}oi.prototype.ValueTypeName="";oi.prototype.TimeBufferType=Float32Array;oi.prototype.ValueBufferType=Float32Array;oi.prototype.DefaultInterpolation=Kc;var Ds=class extends oi{constructor(t,e,n){super(t,e,n)}};Ds.prototype.ValueTypeName="bool";Ds.prototype.ValueBufferType=Array;Ds.prototype.DefaultInterpolation=Ar;Ds.prototype.InterpolantFactoryMethodLinear=void 0;Ds.prototype.InterpolantFactoryMethodSmooth=void 0;var sl=class extends oi{constructor(t,e,n,s){super(t,e,n,s)}};sl.prototype.ValueTypeName="color";var Zo=class extends oi{constructor(t,e,n,s){super(t,e,n,s)}};Zo.prototype.ValueTypeName="number";var ph=class extends ir{constructor(t,e,n,s){super(t,e,n,s)}interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,l=(n-e)/(s-e),c=t*a;for(let h=c+a;c!==h;c+=4)Qe.slerpFlat(r,0,o,c-a,o,c,l);return r}},ls=class extends oi{constructor(t,e,n,s){super(t,e,n,s)}InterpolantFactoryMethodLinear(t){return new ph(this.times,this.values,this.getValueSize(),t)}};ls.prototype.ValueTypeName="quaternion";ls.prototype.InterpolantFactoryMethodSmooth=void 0;var Us=class extends oi{constructor(t,e,n){super(t,e,n)}};Us.prototype.ValueTypeName="string";Us.prototype.ValueBufferType=Array;Us.prototype.DefaultInterpolation=Ar;Us.prototype.InterpolantFactoryMethodLinear=void 0;Us.prototype.InterpolantFactoryMethodSmooth=void 0;var Yn=class extends oi{constructor(t,e,n,s){super(t,e,n,s)}};Yn.prototype.ValueTypeName="vector";var Jo=class{constructor(t="",e=-1,n=[],s=N0){this.name=t,this.tracks=n,this.duration=e,this.blendMode=s,this.uuid=us(),this.userData={},this.duration<0&&this.resetDuration()}static parse(t){let e=[],n=t.tracks,s=1/(t.fps||1);for(let o=0,a=n.length;o!==a;++o)e.push(Ib(n[o]).scale(s));let r=new this(t.name,t.duration,e,t.blendMode);return r.uuid=t.uuid,r.userData=JSON.parse(t.userData||"{}"),r}static toJSON(t){let e=[],n=t.tracks,s={name:t.name,duration:t.duration,tracks:e,uuid:t.uuid,blendMode:t.blendMode,userData:JSON.stringify(t.userData)};for(let r=0,o=n.length;r!==o;++r)e.push(oi.toJSON(n[r]));return s}static CreateFromMorphTargetSequence(t,e,n,s){let r=e.length,o=[];for(let a=0;a<r;a++){let l=[],c=[];l.push((a+r-1)%r,a,(a+1)%r),c.push(0,1,0);let h=Ab(l);l=Qg(l,1,h),c=Qg(c,1,h),!s&&l[0]===0&&(l.push(r),c.push(c[0])),o.push(new Zo(".morphTargetInfluences["+e[a].name+"]",l,c).scale(1/n))}return new this(t,-1,o)}static findByName(t,e){let n=t;if(!Array.isArray(t)){let s=t;n=s.geometry&&s.geometry.animations||s.animations}for(let s=0;s<n.length;s++)if(n[s].name===e)return n[s];return null}static CreateClipsFromMorphTargetSequences(t,e,n){let s={},r=/^([\w-]*?)([\d]+)$/;for(let a=0,l=t.length;a<l;a++){let c=t[a],h=c.name.match(r);if(h&&h.length>1){let d=h[1],u=s[d];u||(s[d]=u=[]),u.push(c)}}let o=[];for(let a in s)o.push(this.CreateFromMorphTargetSequence(a,s[a],e,n));return o}resetDuration(){let t=this.tracks,e=0;for(let n=0,s=t.length;n!==s;++n){let r=this.tracks[n];e=Math.max(e,r.times[r.times.length-1])}return this.duration=e,this}trim(){for(let t=0;t<this.tracks.length;t++)this.tracks[t].trim(0,this.duration);return this}validate(){let t=!0;for(let e=0;e<this.tracks.length;e++)t=t&&this.tracks[e].validate();return t}optimize(){for(let t=0;t<this.tracks.length;t++)this.tracks[t].optimize();return this}clone(){let t=[];for(let n=0;n<this.tracks.length;n++)t.push(this.tracks[n].clone());let e=new this.constructor(this.name,this.duration,t,this.blendMode);return e.userData=JSON.parse(JSON.stringify(this.userData)),e}toJSON(){return this.constructor.toJSON(this)}};function Pb(i){switch(i.toLowerCase()){case"scalar":case"double":case"float":case"number":case"integer":return Zo;case"vector":case"vector2":case"vector3":case"vector4":return Yn;case"color":return sl;case"quaternion":return ls;case"bool":case"boolean":return Ds;case"string":return Us}throw new Error("THREE.KeyframeTrack: Unsupported typeName: "+i)}function Ib(i){if(i.type===void 0)throw new Error("THREE.KeyframeTrack: track type undefined, can not parse");let t=Pb(i.type);if(i.times===void 0){let n=[],s=[];Eb(i.keys,n,s,"value"),i.times=n,i.values=s}let e;return t.parse!==void 0?e=t.parse(i):e=new t(i.name,i.times,i.values,i.interpolation),Ua(i.settings)&&(e.settings={inTangents:Qs(i.settings.inTangents,Float32Array),outTangents:Qs(i.settings.outTangents,Float32Array)}),e}var Uo={enabled:!1,files:{},add:function(i,t){this.enabled!==!1&&(n0(i)||(this.files[i]=t))},get:function(i){if(this.enabled!==!1&&!n0(i))return this.files[i]},remove:function(i){delete this.files[i]},clear:function(){this.files={}}};function n0(i){try{let t=i.slice(i.indexOf(":")+1);return new URL(t).protocol==="blob:"}catch{return!1}}var jo=class{constructor(t,e,n){let s=this,r=!1,o=0,a=0,l,c=[];this.onStart=void 0,this.onLoad=t,this.onProgress=e,this.onError=n,this._abortController=null,this.itemStart=function(h){a++,r===!1&&s.onStart!==void 0&&s.onStart(h,o,a),r=!0},this.itemEnd=function(h){o++,s.onProgress!==void 0&&s.onProgress(h,o,a),o===a&&(r=!1,s.onLoad!==void 0&&s.onLoad())},this.itemError=function(h){s.onError!==void 0&&s.onError(h)},this.resolveURL=function(h){return h=h.normalize("NFC"),l?l(h):h},this.setURLModifier=function(h){return l=h,this},this.addHandler=function(h,d){return c.push(h,d),this},this.removeHandler=function(h){let d=c.indexOf(h);return d!==-1&&c.splice(d,2),this},this.getHandler=function(h){for(let d=0,u=c.length;d<u;d+=2){let f=c[d],m=c[d+1];if(f.global&&(f.lastIndex=0),f.test(h))return m}return null},this.abort=function(){return this.abortController.abort(),this._abortController=null,this}}get abortController(){return this._abortController||(this._abortController=new AbortController),this._abortController}},su=new jo,ai=class{constructor(t){this.manager=t!==void 0?t:su,this.crossOrigin="anonymous",this.withCredentials=!1,this.path="",this.resourcePath="",this.requestHeader={},this.priority="auto",this.cache="default",typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("observe",{detail:this}))}load(){}loadAsync(t,e){let n=this;return new Promise(function(s,r){n.load(t,s,e,r)})}parse(){}setCrossOrigin(t){return this.crossOrigin=t,this}setWithCredentials(t){return this.withCredentials=t,this}setPath(t){return this.path=t,this}setResourcePath(t){return this.resourcePath=t,this}setRequestHeader(t){return this.requestHeader=t,this}setPriority(t){return this.priority=t,this}setCache(t){return this.cache=t,this}abort(){return this}};ai.DEFAULT_MATERIAL_NAME="__DEFAULT";var As={},rf=class extends Error{constructor(t,e){super(t),this.response=e}},sr=class extends ai{constructor(t){super(t),this.mimeType="",this.responseType="",this._abortController=new AbortController}load(t,e,n,s){t===void 0&&(t=""),this.path!==void 0&&(t=this.path+t),t=this.manager.resolveURL(t);let r=Uo.get(`file:${t}`);if(r!==void 0){this.manager.itemStart(t),setTimeout(()=>{e&&e(r),this.manager.itemEnd(t)},0);return}if(As[t]!==void 0){As[t].push({onLoad:e,onProgress:n,onError:s});return}As[t]=[],As[t].push({onLoad:e,onProgress:n,onError:s});let o=new Request(t,{headers:new Headers(this.requestHeader),credentials:this.withCredentials?"include":"same-origin",priority:this.priority,cache:this.cache,signal:typeof AbortSignal.any=="function"?AbortSignal.any([this._abortController.signal,this.manager.abortController.signal]):this._abortController.signal}),a=this.mimeType,l=this.responseType;fetch(o).then(c=>{if(c.status===200||c.status===0){if(c.status===0&&Yt("FileLoader: HTTP Status 0 received."),typeof ReadableStream>"u"||c.body===void 0||c.body.getReader===void 0)return c;let h=As[t],d=c.body.getReader(),u=c.headers.get("X-File-Size")||c.headers.get("Content-Length"),f=u?parseInt(u):0,m=f!==0,y=0,p=new ReadableStream({start(g){x();function x(){d.read().then(({done:M,value:v})=>{if(M)g.close();else{y+=v.byteLength;let A=new ProgressEvent("progress",{lengthComputable:m,loaded:y,total:f});for(let w=0,_=h.length;w<_;w++){let S=h[w];S.onProgress&&S.onProgress(A)}g.enqueue(v),x()}},M=>{g.error(M)})}}});return new Response(p)}else throw new rf(`fetch for "${c.url}" responded with ${c.status}: ${c.statusText}`,c)}).then(c=>{switch(l){case"arraybuffer":return c.arrayBuffer();case"blob":return c.blob();case"document":return c.text().then(h=>new DOMParser().parseFromString(h,a));case"json":return c.json();default:if(a==="")return c.text();{let d=/charset="?([^;"\s]*)"?/i.exec(a),u=d&&d[1]?d[1].toLowerCase():void 0,f=new TextDecoder(u);return c.arrayBuffer().then(m=>f.decode(m))}}}).then(c=>{Uo.add(`file:${t}`,c);let h=As[t];delete As[t];for(let d=0,u=h.length;d<u;d++){let f=h[d];f.onLoad&&f.onLoad(c)}}).catch(c=>{let h=As[t];if(h===void 0)throw this.manager.itemError(t),c;delete As[t];for(let d=0,u=h.length;d<u;d++){let f=h[d];f.onError&&f.onError(c)}this.manager.itemError(t)}).finally(()=>{this.manager.itemEnd(t)}),this.manager.itemStart(t)}setResponseType(t){return this.responseType=t,this}setMimeType(t){return this.mimeType=t,this}abort(){return this._abortController.abort(),this._abortController=new AbortController,this}};var Io=new WeakMap,mh=class extends ai{constructor(t){super(t)}load(t,e,n,s){this.path!==void 0&&(t=this.path+t),t=this.manager.resolveURL(t);let r=this,o=Uo.get(`image:${t}`);if(o!==void 0){if(o.complete===!0)r.manager.itemStart(t),setTimeout(function(){e&&e(o),r.manager.itemEnd(t)},0);else{let d=Io.get(o);d===void 0&&(d=[],Io.set(o,d)),d.push({onLoad:e,onError:s})}return o}let a=ko("img");function l(){h(),e&&e(this);let d=Io.get(this)||[];for(let u=0;u<d.length;u++){let f=d[u];f.onLoad&&f.onLoad(this)}Io.delete(this),r.manager.itemEnd(t)}function c(d){h(),s&&s(d),Uo.remove(`image:${t}`);let u=Io.get(this)||[];for(let f=0;f<u.length;f++){let m=u[f];m.onError&&m.onError(d)}Io.delete(this),r.manager.itemError(t),r.manager.itemEnd(t)}function h(){a.removeEventListener("load",l,!1),a.removeEventListener("error",c,!1)}return a.addEventListener("load",l,!1),a.addEventListener("error",c,!1),t.slice(0,5)!=="data:"&&this.crossOrigin!==void 0&&(a.crossOrigin=this.crossOrigin),Uo.add(`image:${t}`,a),r.manager.itemStart(t),a.fetchPriority=this.priority,a.src=t,a}};var rl=class extends ai{constructor(t){super(t)}load(t,e,n,s){let r=this,o=new Cr,a=new sr(this.manager);return a.setPriority(this.priority),a.setCache(this.cache),a.setResponseType("arraybuffer"),a.setRequestHeader(this.requestHeader),a.setPath(this.path),a.setWithCredentials(r.withCredentials),a.load(t,function(l){let c;try{c=r.parse(l)}catch(h){s!==void 0?s(h):Qt(h);return}r._applyTexData(o,c),e&&e(o,c)},n,s),o}createDataTexture(t){let e=new Cr;return this._applyTexData(e,this.parse(t)),e}_applyTexData(t,e){e.image!==void 0?t.image=e.image:e.data!==void 0&&(t.image.width=e.width,t.image.height=e.height,t.image.data=e.data),t.wrapS=e.wrapS!==void 0?e.wrapS:ii,t.wrapT=e.wrapT!==void 0?e.wrapT:ii,t.magFilter=e.magFilter!==void 0?e.magFilter:fn,t.minFilter=e.minFilter!==void 0?e.minFilter:fn,t.anisotropy=e.anisotropy!==void 0?e.anisotropy:1,e.colorSpace!==void 0&&(t.colorSpace=e.colorSpace),e.flipY!==void 0&&(t.flipY=e.flipY),e.format!==void 0&&(t.format=e.format),e.type!==void 0&&(t.type=e.type),e.mipmaps!==void 0&&(t.mipmaps=e.mipmaps,t.minFilter=Li),e.mipmapCount===1&&(t.minFilter=fn),e.generateMipmaps!==void 0&&(t.generateMipmaps=e.generateMipmaps),t.needsUpdate=!0}},Lr=class extends ai{constructor(t){super(t)}load(t,e,n,s){let r=new qn,o=new mh(this.manager);return o.setPriority(this.priority),o.setCache(this.cache),o.setCrossOrigin(this.crossOrigin),o.setPath(this.path),o.load(t,function(a){r.image=a,r.needsUpdate=!0,e!==void 0&&e(r)},n,s),r}},Nr=class extends tn{static registerNode(t){this.prototype._lightNode=t}constructor(t,e=1){super(),this.isLight=!0,this.type="Light",this.color=new qt(t),this.intensity=e}copy(t,e){return super.copy(t,e),this.color.copy(t.color),this.intensity=t.intensity,this}toJSON(t){let e=super.toJSON(t);return e.object.color=this.color.getHex(),e.object.intensity=this.intensity,e}};var $d=new $t,i0=new H,s0=new H,Ko=class{constructor(t){this.camera=t,this.intensity=1,this.bias=0,this.biasNode=null,this.normalBias=0,this.radius=1,this.blurSamples=8,this.mapSize=new Ht(512,512),this.mapType=li,this.map=null,this.mapPass=null,this.matrix=new $t,this.autoUpdate=!0,this.needsUpdate=!1,this._frustum=new er,this._frameExtents=new Ht(1,1),this._viewportCount=1,this._viewports=[new Ne(0,0,1,1)]}getViewportCount(){return this._viewportCount}getCamera(){return this.camera}getFrustum(){return this._frustum}updateMatrices(t){let e=this.camera;i0.setFromMatrixPosition(t.matrixWorld),e.position.copy(i0),s0.setFromMatrixPosition(t.target.matrixWorld),e.lookAt(s0),e.updateMatrixWorld(),this._updateMatrix(e,this.matrix,this._frustum)}_updateMatrix(t,e,n,s){$d.multiplyMatrices(t.projectionMatrix,t.matrixWorldInverse),n.setFromProjectionMatrix($d,t.coordinateSystem,t.reversedDepth);let r=this._frameExtents,o=s?s.z/r.x:1,a=s?s.w/r.y:1,l=s?s.x/r.x:0,c=s?s.y/r.y:0;t.coordinateSystem===Oo||t.reversedDepth?e.set(.5*o,0,0,.5*o+l,0,.5*a,0,.5*a+c,0,0,1,0,0,0,0,1):e.set(.5*o,0,0,.5*o+l,0,.5*a,0,.5*a+c,0,0,.5,.5,0,0,0,1),e.multiply($d)}getViewport(t){return this._viewports[t]}getFrameExtents(){return this._frameExtents}dispose(){this.map&&this.map.dispose(),this.mapPass&&this.mapPass.dispose()}copy(t){return this.camera=t.camera.clone(),this.intensity=t.intensity,this.bias=t.bias,this.radius=t.radius,this.autoUpdate=t.autoUpdate,this.needsUpdate=t.needsUpdate,this.normalBias=t.normalBias,this.blurSamples=t.blurSamples,this.mapSize.copy(t.mapSize),this.mapType=t.mapType,this.biasNode=t.biasNode,this}clone(){return new this.constructor().copy(this)}toJSON(){let t={};return t.intensity=this.intensity,t.bias=this.bias,t.normalBias=this.normalBias,t.radius=this.radius,t.blurSamples=this.blurSamples,t.mapSize=this.mapSize.toArray(),t.mapType=this.mapType,t.camera=this.camera.toJSON(!1).object,delete t.camera.matrix,t}},Bc=new H,zc=new Qe,is=new H,ol=class extends tn{constructor(){super(),this.isCamera=!0,this.type="Camera",this.matrixWorldInverse=new $t,this.projectionMatrix=new $t,this.projectionMatrixInverse=new $t,this.coordinateSystem=Pi,this._reversedDepth=!1}get reversedDepth(){return this._reversedDepth}copy(t,e){return super.copy(t,e),this.matrixWorldInverse.copy(t.matrixWorldInverse),this.projectionMatrix.copy(t.projectionMatrix),this.projectionMatrixInverse.copy(t.projectionMatrixInverse),this.coordinateSystem=t.coordinateSystem,this}getWorldDirection(t){return super.getWorldDirection(t).negate()}updateMatrixWorld(t){super.updateMatrixWorld(t),this.matrixWorld.decompose(Bc,zc,is),is.x===1&&is.y===1&&is.z===1?this.matrixWorldInverse.copy(this.matrixWorld).invert():this.matrixWorldInverse.compose(Bc,zc,is.set(1,1,1)).invert()}updateWorldMatrix(t,e,n=!1){super.updateWorldMatrix(t,e,n),this.matrixWorld.decompose(Bc,zc,is),is.x===1&&is.y===1&&is.z===1?this.matrixWorldInverse.copy(this.matrixWorld).invert():this.matrixWorldInverse.compose(Bc,zc,is.set(1,1,1)).invert()}clone(){return new this.constructor().copy(this)}},Ks=new H,r0=new Ht,o0=new Ht,un=class extends ol{constructor(t=50,e=1,n=.1,s=2e3){super(),this.isPerspectiveCamera=!0,this.type="PerspectiveCamera",this.fov=t,this.zoom=1,this.near=n,this.far=s,this.focus=10,this.aspect=e,this.view=null,this.filmGauge=35,this.filmOffset=0,this.updateProjectionMatrix()}copy(t,e){return super.copy(t,e),this.fov=t.fov,this.zoom=t.zoom,this.near=t.near,this.far=t.far,this.focus=t.focus,this.aspect=t.aspect,this.view=t.view===null?null:Object.assign({},t.view),this.filmGauge=t.filmGauge,this.filmOffset=t.filmOffset,this}setFocalLength(t){let e=.5*this.getFilmHeight()/t;this.fov=Er*2*Math.atan(e),this.updateProjectionMatrix()}getFocalLength(){let t=Math.tan(Oa*.5*this.fov);return .5*this.getFilmHeight()/t}getEffectiveFOV(){return Er*2*Math.atan(Math.tan(Oa*.5*this.fov)/this.zoom)}getFilmWidth(){return this.filmGauge*Math.min(this.aspect,1)}getFilmHeight(){return this.filmGauge/Math.max(this.aspect,1)}getViewBounds(t,e,n){Ks.set(-1,-1,.5).applyMatrix4(this.projectionMatrixInverse),e.set(Ks.x,Ks.y).multiplyScalar(-t/Ks.z),Ks.set(1,1,.5).applyMatrix4(this.projectionMatrixInverse),n.set(Ks.x,Ks.y).multiplyScalar(-t/Ks.z)}getViewSize(t,e){return this.getViewBounds(t,r0,o0),e.subVectors(o0,r0)}setViewOffset(t,e,n,s,r,o){this.aspect=t/e,this.view===null&&(this.view={enabled:!0,fullWidth:1,fullHeight:1,offsetX:0,offsetY:0,width:1,height:1}),this.view.enabled=!0,this.view.fullWidth=t,this.view.fullHeight=e,this.view.offsetX=n,this.view.offsetY=s,this.view.width=r,this.view.height=o,this.updateProjectionMatrix()}clearViewOffset(){this.view!==null&&(this.view.enabled=!1),this.updateProjectionMatrix()}updateProjectionMatrix(){let t=this.near,e=t*Math.tan(Oa*.5*this.fov)/this.zoom,n=2*e,s=this.aspect*n,r=-.5*s,o=this.view;if(this.view!==null&&this.view.enabled){let l=o.fullWidth,c=o.fullHeight;r+=o.offsetX*s/l,e-=o.offsetY*n/c,s*=o.width/l,n*=o.height/c}let a=this.filmOffset;a!==0&&(r+=t*a/this.getFilmWidth()),this.projectionMatrix.makePerspective(r,r+s,e,e-n,t,this.far,this.coordinateSystem,this.reversedDepth),this.projectionMatrixInverse.copy(this.projectionMatrix).invert()}toJSON(t){let e=super.toJSON(t);return e.object.fov=this.fov,e.object.zoom=this.zoom,e.object.near=this.near,e.object.far=this.far,e.object.focus=this.focus,e.object.aspect=this.aspect,this.view!==null&&(e.object.view=Object.assign({},this.view)),e.object.filmGauge=this.filmGauge,e.object.filmOffset=this.filmOffset,e}},of=class extends Ko{constructor(){super(new un(50,1,.5,500)),this.isSpotLightShadow=!0,this.focus=1,this.aspect=1}updateMatrices(t){let e=this.camera,n=Er*2*t.angle*this.focus,s=this.mapSize.width/this.mapSize.height*this.aspect,r=t.distance||e.far;(n!==e.fov||s!==e.aspect||r!==e.far)&&(e.fov=n,e.aspect=s,e.far=r,e.updateProjectionMatrix()),super.updateMatrices(t)}copy(t){return super.copy(t),this.focus=t.focus,this.aspect=t.aspect,this}toJSON(){let t=super.toJSON();return t.focus=this.focus,t.aspect=this.aspect,t}},al=class extends Nr{constructor(t,e,n=0,s=Math.PI/3,r=0,o=2){super(t,e),this.isSpotLight=!0,this.type="SpotLight",this.position.copy(tn.DEFAULT_UP),this.updateMatrix(),this.target=new tn,this.distance=n,this.angle=s,this.penumbra=r,this.decay=o,this.map=null,this.shadow=new of}get power(){return this.intensity*Math.PI}set power(t){this.intensity=t/Math.PI}dispose(){super.dispose(),this.shadow.dispose()}copy(t,e){return super.copy(t,e),this.distance=t.distance,this.angle=t.angle,this.penumbra=t.penumbra,this.decay=t.decay,this.target=t.target.clone(),this.map=t.map,this.shadow=t.shadow.clone(),this}toJSON(t){let e=super.toJSON(t);return e.object.distance=this.distance,e.object.angle=this.angle,e.object.decay=this.decay,e.object.penumbra=this.penumbra,e.object.target=this.target.uuid,this.map&&this.map.isTexture&&(e.object.map=this.map.toJSON(t).uuid),e.object.shadow=this.shadow.toJSON(),e}},af=class extends Ko{constructor(){super(new un(90,1,.5,500)),this.isPointLightShadow=!0}},ll=class extends Nr{constructor(t,e,n=0,s=2){super(t,e),this.isPointLight=!0,this.type="PointLight",this.distance=n,this.decay=s,this.shadow=new af}get power(){return this.intensity*4*Math.PI}set power(t){this.intensity=t/(4*Math.PI)}dispose(){super.dispose(),this.shadow.dispose()}copy(t,e){return super.copy(t,e),this.distance=t.distance,this.decay=t.decay,this.shadow=t.shadow.clone(),this}toJSON(t){let e=super.toJSON(t);return e.object.distance=this.distance,e.object.decay=this.decay,e.object.shadow=this.shadow.toJSON(),e}},Dr=class extends ol{constructor(t=-1,e=1,n=1,s=-1,r=.1,o=2e3){super(),this.isOrthographicCamera=!0,this.type="OrthographicCamera",this.zoom=1,this.view=null,this.left=t,this.right=e,this.top=n,this.bottom=s,this.near=r,this.far=o,this.updateProjectionMatrix()}copy(t,e){return super.copy(t,e),this.left=t.left,this.right=t.right,this.top=t.top,this.bottom=t.bottom,this.near=t.near,this.far=t.far,this.zoom=t.zoom,this.view=t.view===null?null:Object.assign({},t.view),this}setViewOffset(t,e,n,s,r,o){this.view===null&&(this.view={enabled:!0,fullWidth:1,fullHeight:1,offsetX:0,offsetY:0,width:1,height:1}),this.view.enabled=!0,this.view.fullWidth=t,this.view.fullHeight=e,this.view.offsetX=n,this.view.offsetY=s,this.view.width=r,this.view.height=o,this.updateProjectionMatrix()}clearViewOffset(){this.view!==null&&(this.view.enabled=!1),this.updateProjectionMatrix()}updateProjectionMatrix(){let t=(this.right-this.left)/(2*this.zoom),e=(this.top-this.bottom)/(2*this.zoom),n=(this.right+this.left)/2,s=(this.top+this.bottom)/2,r=n-t,o=n+t,a=s+e,l=s-e;if(this.view!==null&&this.view.enabled){let c=(this.right-this.left)/this.view.fullWidth/this.zoom,h=(this.top-this.bottom)/this.view.fullHeight/this.zoom;r+=c*this.view.offsetX,o=r+c*this.view.width,a-=h*this.view.offsetY,l=a-h*this.view.height}this.projectionMatrix.makeOrthographic(r,o,a,l,this.near,this.far,this.coordinateSystem,this.reversedDepth),this.projectionMatrixInverse.copy(this.projectionMatrix).invert()}toJSON(t){let e=super.toJSON(t);return e.object.zoom=this.zoom,e.object.left=this.left,e.object.right=this.right,e.object.top=this.top,e.object.bottom=this.bottom,e.object.near=this.near,e.object.far=this.far,this.view!==null&&(e.object.view=Object.assign({},this.view)),e}},lf=class extends Ko{constructor(){super(new Dr(-5,5,5,-5,.5,500)),this.isDirectionalLightShadow=!0}},Ur=class extends Nr{constructor(t,e){super(t,e),this.isDirectionalLight=!0,this.type="DirectionalLight",this.position.copy(tn.DEFAULT_UP),this.updateMatrix(),this.target=new tn,this.shadow=new lf}dispose(){super.dispose(),this.shadow.dispose()}copy(t){return super.copy(t),this.target=t.target.clone(),this.shadow=t.shadow.clone(),this}toJSON(t){let e=super.toJSON(t);return e.object.shadow=this.shadow.toJSON(),e.object.target=this.target.uuid,e}},Fr=class extends Nr{constructor(t,e){super(t,e),this.isAmbientLight=!0,this.type="AmbientLight"}};var Or=class{static extractUrlBase(t){let e=t.lastIndexOf("/");return e===-1?"./":t.slice(0,e+1)}static resolveURL(t,e){return typeof t!="string"||t===""?"":(/^https?:\/\//i.test(e)&&/^\//.test(t)&&(e=e.replace(/(^https?:\/\/[^\/]+).*/i,"$1")),/^(https?:)?\/\//i.test(t)||/^data:.*,.*$/i.test(t)||/^blob:.*$/i.test(t)?t:e+t)}};var Lo=-90,No=1,Qo=class extends tn{constructor(t,e,n){super(),this.type="CubeCamera",this.renderTarget=n,this.coordinateSystem=null,this.activeMipmapLevel=0;let s=new un(Lo,No,t,e);s.layers=this.layers,this.add(s);let r=new un(Lo,No,t,e);r.layers=this.layers,this.add(r);let o=new un(Lo,No,t,e);o.layers=this.layers,this.add(o);let a=new un(Lo,No,t,e);a.layers=this.layers,this.add(a);let l=new un(Lo,No,t,e);l.layers=this.layers,this.add(l);let c=new un(Lo,No,t,e);c.layers=this.layers,this.add(c)}updateCoordinateSystem(){let t=this.coordinateSystem,e=this.children.concat(),[n,s,r,o,a,l]=e;for(let c of e)this.remove(c);if(t===Pi)n.up.set(0,1,0),n.lookAt(1,0,0),s.up.set(0,1,0),s.lookAt(-1,0,0),r.up.set(0,0,-1),r.lookAt(0,1,0),o.up.set(0,0,1),o.lookAt(0,-1,0),a.up.set(0,1,0),a.lookAt(0,0,1),l.up.set(0,1,0),l.lookAt(0,0,-1);else if(t===Oo)n.up.set(0,-1,0),n.lookAt(-1,0,0),s.up.set(0,-1,0),s.lookAt(1,0,0),r.up.set(0,0,1),r.lookAt(0,1,0),o.up.set(0,0,-1),o.lookAt(0,-1,0),a.up.set(0,-1,0),a.lookAt(0,0,1),l.up.set(0,-1,0),l.lookAt(0,0,-1);else throw new Error("THREE.CubeCamera.updateCoordinateSystem(): Invalid coordinate system: "+t);for(let c of e)this.add(c),c.updateMatrixWorld()}update(t,e){this.parent===null&&this.updateMatrixWorld();let{renderTarget:n,activeMipmapLevel:s}=this;this.coordinateSystem!==t.coordinateSystem&&(this.coordinateSystem=t.coordinateSystem,this.updateCoordinateSystem());let[r,o,a,l,c,h]=this.children,d=t.getRenderTarget(),u=t.getActiveCubeFace(),f=t.getActiveMipmapLevel(),m=t.xr.enabled;t.xr.enabled=!1;let y=n.texture.mipmapsAutoUpdate;n.texture.mipmapsAutoUpdate=!1;let p=!1;t.isWebGLRenderer===!0?p=t.state.buffers.depth.getReversed():p=t.reversedDepthBuffer,t.setRenderTarget(n,0,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,r),t.setRenderTarget(n,1,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,o),t.setRenderTarget(n,2,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,a),t.setRenderTarget(n,3,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,l),t.setRenderTarget(n,4,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,c),n.texture.mipmapsAutoUpdate=y,t.setRenderTarget(n,5,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,h),t.setRenderTarget(d,u,f),t.xr.enabled=m,n.texture.needsPMREMUpdate=!0}},gh=class extends un{constructor(t=[]){super(),this.isArrayCamera=!0,this.isMultiViewCamera=!1,this.cameras=t,this.perCameraFrustumCulled=!1}};var Gf="\\[\\]\\.:\\/",Lb=new RegExp("["+Gf+"]","g"),Hf="[^"+Gf+"]",Nb="[^"+Gf.replace("\\.","")+"]",Db=/((?:WC+[\/:])*)/.source.replace("WC",Hf),Ub=/(WCOD+)?/.source.replace("WCOD",Nb),Fb=/(?:\.(WC+)(?:\[(.+)\])?)?/.source.replace("WC",Hf),Ob=/\.(WC+)(?:\[(.+)\])?/.source.replace("WC",Hf),kb=new RegExp("^"+Db+Ub+Fb+Ob+"$"),Bb=["material","materials","bones","map"],cf=class{constructor(t,e,n){let s=n||Ze.parseTrackName(e);this._targetGroup=t,this._bindings=t.subscribe_(e,s)}getValue(t,e){this.bind();let n=this._targetGroup.nCachedObjects_,s=this._bindings[n];s!==void 0&&s.getValue(t,e)}setValue(t,e){let n=this._bindings;for(let s=this._targetGroup.nCachedObjects_,r=n.length;s!==r;++s)n[s].setValue(t,e)}bind(){let t=this._bindings;for(let e=this._targetGroup.nCachedObjects_,n=t.length;e!==n;++e)t[e].bind()}unbind(){let t=this._bindings;for(let e=this._targetGroup.nCachedObjects_,n=t.length;e!==n;++e)t[e].unbind()}},Ze=class i{constructor(t,e,n){this.path=e,this.parsedPath=n||i.parseTrackName(e),this.node=i.findNode(t,this.parsedPath.nodeName),this.rootNode=t,this.getValue=this._getValue_unbound,this.setValue=this._setValue_unbound}static create(t,e,n){return t&&t.isAnimationObjectGroup?new i.Composite(t,e,n):new i(t,e,n)}static sanitizeNodeName(t){return t.replace(/\s/g,"_").replace(Lb,"")}static parseTrackName(t){let e=kb.exec(t);if(e===null)throw new Error("THREE.PropertyBinding: Cannot parse trackName: "+t);let n={nodeName:e[2],objectName:e[3],objectIndex:e[4],propertyName:e[5],propertyIndex:e[6]},s=n.nodeName&&n.nodeName.lastIndexOf(".");if(s!==void 0&&s!==-1){let r=n.nodeName.substring(s+1);Bb.indexOf(r)!==-1&&(n.nodeName=n.nodeName.substring(0,s),n.objectName=r)}if(n.propertyName===null||n.propertyName.length===0)throw new Error("THREE.PropertyBinding: can not parse propertyName from trackName: "+t);return n}static findNode(t,e){if(e===void 0||e===""||e==="."||e===-1||e===t.name||e===t.uuid)return t;if(t.skeleton){let n=t.skeleton.getBoneByName(e);if(n!==void 0)return n}if(t.children){let n=function(r){for(let o=0;o<r.length;o++){let a=r[o];if(a.name===e||a.uuid===e)return a;let l=n(a.children);if(l)return l}return null},s=n(t.children);if(s)return s}return null}_getValue_unavailable(){}_setValue_unavailable(){}_getValue_direct(t,e){t[e]=this.targetObject[this.propertyName]}_getValue_array(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)t[e++]=n[s]}_getValue_arrayElement(t,e){t[e]=this.resolvedProperty[this.propertyIndex]}_getValue_toArray(t,e){this.resolvedProperty.toArray(t,e)}_setValue_direct(t,e){this.targetObject[this.propertyName]=t[e]}_setValue_direct_setNeedsUpdate(t,e){this.targetObject[this.propertyName]=t[e],this.targetObject.needsUpdate=!0}_setValue_direct_setMatrixWorldNeedsUpdate(t,e){this.targetObject[this.propertyName]=t[e],this.targetObject.matrixWorldNeedsUpdate=!0}_setValue_array(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)n[s]=t[e++]}_setValue_array_setNeedsUpdate(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)n[s]=t[e++];this.targetObject.needsUpdate=!0}_setValue_array_setMatrixWorldNeedsUpdate(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)n[s]=t[e++];this.targetObject.matrixWorldNeedsUpdate=!0}_setValue_arrayElement(t,e){this.resolvedProperty[this.propertyIndex]=t[e]}_setValue_arrayElement_setNeedsUpdate(t,e){this.resolvedProperty[this.propertyIndex]=t[e],this.targetObject.needsUpdate=!0}_setValue_arrayElement_setMatrixWorldNeedsUpdate(t,e){this.resolvedProperty[this.propertyIndex]=t[e],this.targetObject.matrixWorldNeedsUpdate=!0}_setValue_fromArray(t,e){this.resolvedProperty.fromArray(t,e)}_setValue_fromArray_setNeedsUpdate(t,e){this.resolvedProperty.fromArray(t,e),this.targetObject.needsUpdate=!0}_setValue_fromArray_setMatrixWorldNeedsUpdate(t,e){this.resolvedProperty.fromArray(t,e),this.targetObject.matrixWorldNeedsUpdate=!0}_getValue_unbound(t,e){this.bind(),this.getValue(t,e)}_setValue_unbound(t,e){this.bind(),this.setValue(t,e)}bind(){let t=this.node,e=this.parsedPath,n=e.objectName,s=e.propertyName,r=e.propertyIndex;if(t||(t=i.findNode(this.rootNode,e.nodeName),this.node=t),this.getValue=this._getValue_unavailable,this.setValue=this._setValue_unavailable,!t){Yt("PropertyBinding: No target node found for track: "+this.path+".");return}if(n){let c=e.objectIndex;switch(n){case"materials":if(!t.material){Qt("PropertyBinding: Can not bind to material as node does not have a material.",this);return}if(!t.material.materials){Qt("PropertyBinding: Can not bind to material.materials as node.material does not have a materials array.",this);return}t=t.material.materials;break;case"bones":if(!t.skeleton){Qt("PropertyBinding: Can not bind to bones as node does not have a skeleton.",this);return}t=t.skeleton.bones;for(let h=0;h<t.length;h++)if(t[h].name===c){c=h;break}break;case"map":if("map"in t){t=t.map;break}if(!t.material){Qt("PropertyBinding: Can not bind to material as node does not have a material.",this);return}if(!t.material.map){Qt("PropertyBinding: Can not bind to material.map as node.material does not have a map.",this);return}t=t.material.map;break;default:if(t[n]===void 0){Qt("PropertyBinding: Can not bind to objectName of node undefined.",this);return}t=t[n]}if(c!==void 0){if(t[c]===void 0){Qt("PropertyBinding: Trying to bind to objectIndex of objectName, but is undefined.",this,t);return}t=t[c]}}let o=t[s];if(o===void 0){let c=e.nodeName;Qt("PropertyBinding: Trying to update property for track: "+c+"."+s+" but it wasn't found.",t);return}let a=this.Versioning.None;this.targetObject=t,t.isMaterial===!0?a=this.Versioning.NeedsUpdate:t.isObject3D===!0&&(a=this.Versioning.MatrixWorldNeedsUpdate);let l=this.BindingType.Direct;if(r!==void 0){if(s==="morphTargetInfluences"){if(!t.geometry){Qt("PropertyBinding: Can not bind to morphTargetInfluences because node does not have a geometry.",this);return}if(!t.geometry.morphAttributes){Qt("PropertyBinding: Can not bind to morphTargetInfluences because node does not have a geometry.morphAttributes.",this);return}t.morphTargetDictionary[r]!==void 0&&(r=t.morphTargetDictionary[r])}l=this.BindingType.ArrayElement,this.resolvedProperty=o,this.propertyIndex=r}else o.fromArray!==void 0&&o.toArray!==void 0?(l=this.BindingType.HasFromToArray,this.resolvedProperty=o):Array.isArray(o)?(l=this.BindingType.EntireArray,this.resolvedProperty=o):this.propertyName=s;this.getValue=this.GetterByBindingType[l],this.setValue=this.SetterByBindingTypeAndVersioning[l][a]}unbind(){this.node=null,this.getValue=this._getValue_unbound,this.setValue=this._setValue_unbound}};Ze.Composite=cf;Ze.prototype.BindingType={Direct:0,EntireArray:1,ArrayElement:2,HasFromToArray:3};Ze.prototype.Versioning={None:0,NeedsUpdate:1,MatrixWorldNeedsUpdate:2};Ze.prototype.GetterByBindingType=[Ze.prototype._getValue_direct,Ze.prototype._getValue_array,Ze.prototype._getValue_arrayElement,Ze.prototype._getValue_toArray];Ze.prototype.SetterByBindingTypeAndVersioning=[[Ze.prototype._setValue_direct,Ze.prototype._setValue_direct_setNeedsUpdate,Ze.prototype._setValue_direct_setMatrixWorldNeedsUpdate],[Ze.prototype._setValue_array,Ze.prototype._setValue_array_setNeedsUpdate,Ze.prototype._setValue_array_setMatrixWorldNeedsUpdate],[Ze.prototype._setValue_arrayElement,Ze.prototype._setValue_arrayElement_setNeedsUpdate,Ze.prototype._setValue_arrayElement_setMatrixWorldNeedsUpdate],[Ze.prototype._setValue_fromArray,Ze.prototype._setValue_fromArray_setNeedsUpdate,Ze.prototype._setValue_fromArray_setMatrixWorldNeedsUpdate]];var AE=new Float32Array(1);var ta=class{constructor(t=1,e=0,n=0){this.radius=t,this.phi=e,this.theta=n}set(t,e,n){return this.radius=t,this.phi=e,this.theta=n,this}copy(t){return this.radius=t.radius,this.phi=t.phi,this.theta=t.theta,this}makeSafe(){return this.phi=me(this.phi,1e-6,Math.PI-1e-6),this}setFromVector3(t){return this.setFromCartesianCoords(t.x,t.y,t.z)}setFromCartesianCoords(t,e,n){return this.radius=Math.sqrt(t*t+e*e+n*n),this.radius===0?(this.theta=0,this.phi=0):(this.theta=Math.atan2(t,n),this.phi=Math.acos(me(e/this.radius,-1,1))),this}clone(){return new this.constructor().copy(this)}};var Zf=class Zf{constructor(t,e,n,s){this.elements=[1,0,0,1],t!==void 0&&this.set(t,e,n,s)}identity(){return this.set(1,0,0,1),this}fromArray(t,e=0){for(let n=0;n<4;n++)this.elements[n]=t[n+e];return this}set(t,e,n,s){let r=this.elements;return r[0]=t,r[2]=e,r[1]=n,r[3]=s,this}};Zf.prototype.isMatrix2=!0;var hf=Zf;var cl=class extends Ls{constructor(t=10,e=10,n=4473924,s=8947848){n=new qt(n),s=new qt(s);let r=e/2,o=t/e,a=t/2,l=[],c=[];for(let u=0,f=0,m=-a;u<=e;u++,m+=o){l.push(-a,0,m,a,0,m),l.push(m,0,-a,m,0,a);let y=u===r?n:s;y.toArray(c,f),f+=3,y.toArray(c,f),f+=3,y.toArray(c,f),f+=3,y.toArray(c,f),f+=3}let h=new Ve;h.setAttribute("position",new ye(l,3)),h.setAttribute("color",new ye(c,3));let d=new wi({vertexColors:!0,toneMapped:!1});super(h,d),this.type="GridHelper"}dispose(){super.dispose(),this.geometry.dispose(),this.material.dispose()}};var a0=new H,Vc,Zd,hl=class extends tn{constructor(t=new H(0,0,1),e=new H(0,0,0),n=1,s=16776960,r=n*.2,o=r*.2){super(),this.type="ArrowHelper",Vc===void 0&&(Vc=new Ve,Vc.setAttribute("position",new ye([0,0,0,0,1,0],3)),Zd=new oh(.5,1,5,1),Zd.translate(0,-.5,0)),this.position.copy(e),this.line=new Is(Vc,new wi({color:s,toneMapped:!1})),this.line.matrixAutoUpdate=!1,this.add(this.line),this.cone=new He(Zd,new qi({color:s,toneMapped:!1})),this.cone.matrixAutoUpdate=!1,this.add(this.cone),this.setDirection(t),this.setLength(n,r,o)}setDirection(t){if(t.y>.99999)this.quaternion.set(0,0,0,1);else if(t.y<-.99999)this.quaternion.set(1,0,0,0);else{a0.set(t.z,0,-t.x).normalize();let e=Math.acos(t.y);this.quaternion.setFromAxisAngle(a0,e)}}setLength(t,e=t*.2,n=e*.2){this.line.scale.set(1,Math.max(1e-4,t-e),1),this.line.updateMatrix(),this.cone.scale.set(n,e,n),this.cone.position.y=t,this.cone.updateMatrix()}setColor(t){this.line.material.color.set(t),this.cone.material.color.set(t)}copy(t){return super.copy(t,!1),this.line.copy(t.line),this.cone.copy(t.cone),this}dispose(){super.dispose(),this.line.geometry.dispose(),this.line.material.dispose(),this.cone.geometry.dispose(),this.cone.material.dispose()}},ul=class extends Ls{constructor(t=1){let e=[0,0,0,t,0,0,0,0,0,0,t,0,0,0,0,0,0,t],n=[1,0,0,1,.6,0,0,1,0,.6,1,0,0,0,1,0,.6,1],s=new Ve;s.setAttribute("position",new ye(e,3)),s.setAttribute("color",new ye(n,3));let r=new wi({vertexColors:!0,toneMapped:!1});super(s,r),this.type="AxesHelper"}setColors(t,e,n){let s=new qt,r=this.geometry.attributes.color.array;return s.set(t),s.toArray(r,0),s.toArray(r,3),s.set(e),s.toArray(r,6),s.toArray(r,9),s.set(n),s.toArray(r,12),s.toArray(r,15),this.geometry.attributes.color.needsUpdate=!0,this}dispose(){super.dispose(),this.geometry.dispose(),this.material.dispose()}};var dl=class extends Xi{constructor(t,e=null){super(),this.object=t,this.domElement=e,this.enabled=!0,this.state=-1,this.keys={},this.mouseButtons={LEFT:null,MIDDLE:null,RIGHT:null},this.touches={ONE:null,TWO:null}}connect(t){this.domElement!==null&&this.disconnect(),this.domElement=t}disconnect(){}dispose(){}update(){}};function Wf(i,t,e,n){let s=zb(n);switch(e){case Rf:return i*t;case If:return i*t/s.components*s.byteLength;case wh:return i*t/s.components*s.byteLength;case ar:return i*t*2/s.components*s.byteLength;case Th:return i*t*2/s.components*s.byteLength;case Pf:return i*t*3/s.components*s.byteLength;case Di:return i*t*4/s.components*s.byteLength;case Ah:return i*t*4/s.components*s.byteLength;case gl:case _l:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*8;case xl:case yl:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*16;case Ch:case Ph:return Math.max(i,16)*Math.max(t,8)/4;case Eh:case Rh:return Math.max(i,8)*Math.max(t,8)/2;case Ih:case Lh:case Dh:case Uh:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*8;case Nh:case vl:case Fh:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*16;case Oh:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*16;case kh:return Math.floor((i+4)/5)*Math.floor((t+3)/4)*16;case Bh:return Math.floor((i+4)/5)*Math.floor((t+4)/5)*16;case zh:return Math.floor((i+5)/6)*Math.floor((t+4)/5)*16;case Vh:return Math.floor((i+5)/6)*Math.floor((t+5)/6)*16;case Gh:return Math.floor((i+7)/8)*Math.floor((t+4)/5)*16;case Hh:return Math.floor((i+7)/8)*Math.floor((t+5)/6)*16;case Wh:return Math.floor((i+7)/8)*Math.floor((t+7)/8)*16;case Xh:return Math.floor((i+9)/10)*Math.floor((t+4)/5)*16;case qh:return Math.floor((i+9)/10)*Math.floor((t+5)/6)*16;case Yh:return Math.floor((i+9)/10)*Math.floor((t+7)/8)*16;case $h:return Math.floor((i+9)/10)*Math.floor((t+9)/10)*16;case Zh:return Math.floor((i+11)/12)*Math.floor((t+9)/10)*16;case Jh:return Math.floor((i+11)/12)*Math.floor((t+11)/12)*16;case jh:case Kh:case Qh:return Math.ceil(i/4)*Math.ceil(t/4)*16;case tu:case eu:return Math.ceil(i/4)*Math.ceil(t/4)*8;case bl:case nu:return Math.ceil(i/4)*Math.ceil(t/4)*16}throw new Error(`Unable to determine texture byte length for ${e} format.`)}function zb(i){switch(i){case li:case Tf:return{byteLength:1,components:1};case sa:case Af:case $i:return{byteLength:2,components:1};case Sh:case Mh:return{byteLength:2,components:4};case Yi:case bh:case Ni:return{byteLength:4,components:1};case Ef:case Cf:return{byteLength:4,components:3}}throw new Error(`THREE.TextureUtils: Unknown texture type ${i}.`)}typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("register",{detail:{revision:"187"}}));typeof window<"u"&&(window.__THREE__?Yt("WARNING: Multiple instances of Three.js being imported."):window.__THREE__="187");function b_(){let i=null,t=!1,e=null,n=null;function s(r,o){n=i.requestAnimationFrame(s),e(r,o)}return{start:function(){t!==!0&&e!==null&&i!==null&&(n=i.requestAnimationFrame(s),t=!0)},stop:function(){i!==null&&i.cancelAnimationFrame(n),t=!1},setAnimationLoop:function(r){e=r},setContext:function(r){i=r}}}function Gb(i){let t=new WeakMap;function e(a,l){let c=a.array,h=a.usage,d=c.byteLength,u=i.createBuffer();i.bindBuffer(l,u),i.bufferData(l,c,h),a.onUploadCallback();let f;if(c instanceof Float32Array)f=i.FLOAT;else if(typeof Float16Array<"u"&&c instanceof Float16Array)f=i.HALF_FLOAT;else if(c instanceof Uint16Array)a.isFloat16BufferAttribute?f=i.HALF_FLOAT:f=i.UNSIGNED_SHORT;else if(c instanceof Int16Array)f=i.SHORT;else if(c instanceof Uint32Array)f=i.UNSIGNED_INT;else if(c instanceof Int32Array)f=i.INT;else if(c instanceof Int8Array)f=i.BYTE;else if(c instanceof Uint8Array)f=i.UNSIGNED_BYTE;else if(c instanceof Uint8ClampedArray)f=i.UNSIGNED_BYTE;else throw new Error("THREE.WebGLAttributes: Unsupported buffer data format: "+c);return{buffer:u,type:f,bytesPerElement:c.BYTES_PER_ELEMENT,version:a.version,size:d}}function n(a,l,c){let h=l.array,d=l.updateRanges;if(i.bindBuffer(c,a),d.length===0)i.bufferSubData(c,0,h);else{d.sort((f,m)=>f.start-m.start);let u=0;for(let f=1;f<d.length;f++){let m=d[u],y=d[f];y.start<=m.start+m.count+1?m.count=Math.max(m.count,y.start+y.count-m.start):(++u,d[u]=y)}d.length=u+1;for(let f=0,m=d.length;f<m;f++){let y=d[f];i.bufferSubData(c,y.start*h.BYTES_PER_ELEMENT,h,y.start,y.count)}l.clearUpdateRanges()}l.onUploadCallback()}function s(a){return a.isInterleavedBufferAttribute&&(a=a.data),t.get(a)}function r(a){a.isInterleavedBufferAttribute&&(a=a.data);let l=t.get(a);l&&(i.deleteBuffer(l.buffer),t.delete(a))}function o(a,l){if(a.isInterleavedBufferAttribute&&(a=a.data),a.isGLBufferAttribute){let h=t.get(a);(!h||h.version<a.version)&&t.set(a,{buffer:a.buffer,type:a.type,bytesPerElement:a.elementSize,version:a.version});return}let c=t.get(a);if(c===void 0)t.set(a,e(a,l));else if(c.version<a.version){if(c.size!==a.array.byteLength)throw new Error("THREE.WebGLAttributes: The size of the buffer attribute's array buffer does not match the original size. Resizing buffer attributes is not supported.");n(c.buffer,a,l),c.version=a.version}}return{get:s,remove:r,update:o}}var Hb=`#ifdef USE_ALPHAHASH
	if ( diffuseColor.a < getAlphaHashThreshold( vPosition ) ) discard;
#endif`,Wb=`#ifdef USE_ALPHAHASH
	const float ALPHA_HASH_SCALE = 0.05;
	float hash2D( vec2 value ) {
		return fract( 1.0e4 * sin( 17.0 * value.x + 0.1 * value.y ) * ( 0.1 + abs( sin( 13.0 * value.y + value.x ) ) ) );
	}
	float hash3D( vec3 value ) {
		return hash2D( vec2( hash2D( value.xy ), value.z ) );
	}
	float getAlphaHashThreshold( vec3 position ) {
		float maxDeriv = max(
			length( dFdx( position.xyz ) ),
			length( dFdy( position.xyz ) )
		);
		float pixScale = 1.0 / ( ALPHA_HASH_SCALE * maxDeriv );
		vec2 pixScales = vec2(
			exp2( floor( log2( pixScale ) ) ),
			exp2( ceil( log2( pixScale ) ) )
		);
		vec2 alpha = vec2(
			hash3D( floor( pixScales.x * position.xyz ) ),
			hash3D( floor( pixScales.y * position.xyz ) )
		);
		float lerpFactor = fract( log2( pixScale ) );
		float x = ( 1.0 - lerpFactor ) * alpha.x + lerpFactor * alpha.y;
		float a = min( lerpFactor, 1.0 - lerpFactor );
		vec3 cases = vec3(
			x * x / ( 2.0 * a * ( 1.0 - a ) ),
			( x - 0.5 * a ) / ( 1.0 - a ),
			1.0 - ( ( 1.0 - x ) * ( 1.0 - x ) / ( 2.0 * a * ( 1.0 - a ) ) )
		);
		float threshold = ( x < ( 1.0 - a ) )
			? ( ( x < a ) ? cases.x : cases.y )
			: cases.z;
		return clamp( threshold , 1.0e-6, 1.0 );
	}
#endif`,Xb=`#ifdef USE_ALPHAMAP
	diffuseColor.a *= texture2D( alphaMap, vAlphaMapUv ).g;
#endif`,qb=`#ifdef USE_ALPHAMAP
	uniform sampler2D alphaMap;
#endif`,Yb=`#ifdef USE_ALPHATEST
	#ifdef ALPHA_TO_COVERAGE
	diffuseColor.a = smoothstep( alphaTest, alphaTest + fwidth( diffuseColor.a ), diffuseColor.a );
	if ( diffuseColor.a == 0.0 ) discard;
	#else
	if ( diffuseColor.a < alphaTest ) discard;
	#endif
#endif`,$b=`#ifdef USE_ALPHATEST
	uniform float alphaTest;
#endif`,Zb=`#ifdef USE_AOMAP
	float ambientOcclusion = ( texture2D( aoMap, vAoMapUv ).r - 1.0 ) * aoMapIntensity + 1.0;
	reflectedLight.indirectDiffuse *= ambientOcclusion;
	#if defined( USE_CLEARCOAT ) 
		clearcoatSpecularIndirect *= ambientOcclusion;
	#endif
	#if defined( USE_SHEEN ) 
		sheenSpecularIndirect *= ambientOcclusion;
	#endif
	#if defined( USE_ENVMAP ) && defined( STANDARD )
		float dotNV = saturate( dot( geometryNormal, geometryViewDir ) );
		reflectedLight.indirectSpecular *= computeSpecularOcclusion( dotNV, ambientOcclusion, material.roughness );
	#endif
#endif`,Jb=`#ifdef USE_AOMAP
	uniform sampler2D aoMap;
	uniform float aoMapIntensity;
#endif`,jb=`#ifdef USE_BATCHING
	#if ! defined( GL_ANGLE_multi_draw )
	#define gl_DrawID _gl_DrawID
	uniform int _gl_DrawID;
	#endif
	uniform highp sampler2D batchingTexture;
	uniform highp usampler2D batchingIdTexture;
	mat4 getBatchingMatrix( const in float i ) {
		int size = textureSize( batchingTexture, 0 ).x;
		int j = int( i ) * 4;
		int x = j % size;
		int y = j / size;
		vec4 v1 = texelFetch( batchingTexture, ivec2( x, y ), 0 );
		vec4 v2 = texelFetch( batchingTexture, ivec2( x + 1, y ), 0 );
		vec4 v3 = texelFetch( batchingTexture, ivec2( x + 2, y ), 0 );
		vec4 v4 = texelFetch( batchingTexture, ivec2( x + 3, y ), 0 );
		return mat4( v1, v2, v3, v4 );
	}
	float getIndirectIndex( const in int i ) {
		int size = textureSize( batchingIdTexture, 0 ).x;
		int x = i % size;
		int y = i / size;
		return float( texelFetch( batchingIdTexture, ivec2( x, y ), 0 ).r );
	}
#endif
#ifdef USE_BATCHING_COLOR
	uniform sampler2D batchingColorTexture;
	vec4 getBatchingColor( const in float i ) {
		int size = textureSize( batchingColorTexture, 0 ).x;
		int j = int( i );
		int x = j % size;
		int y = j / size;
		return texelFetch( batchingColorTexture, ivec2( x, y ), 0 );
	}
#endif`,Kb=`#ifdef USE_BATCHING
	mat4 batchingMatrix = getBatchingMatrix( getIndirectIndex( gl_DrawID ) );
#endif`,Qb=`vec3 transformed = vec3( position );
#ifdef USE_ALPHAHASH
	vPosition = vec3( position );
#endif`,tS=`vec3 objectNormal = vec3( normal );
#ifdef USE_TANGENT
	vec3 objectTangent = vec3( tangent.xyz );
#endif`,eS=`float G_BlinnPhong_Implicit( ) {
	return 0.25;
}
float D_BlinnPhong( const in float shininess, const in float dotNH ) {
	return RECIPROCAL_PI * ( shininess * 0.5 + 1.0 ) * pow( dotNH, shininess );
}
vec3 BRDF_BlinnPhong( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in vec3 specularColor, const in float shininess ) {
	vec3 halfDir = normalize( lightDir + viewDir );
	float dotNH = saturate( dot( normal, halfDir ) );
	float dotVH = saturate( dot( viewDir, halfDir ) );
	vec3 F = F_Schlick( specularColor, 1.0, dotVH );
	float G = G_BlinnPhong_Implicit( );
	float D = D_BlinnPhong( shininess, dotNH );
	return F * ( G * D );
} // validated`,nS=`#ifdef USE_IRIDESCENCE
	const mat3 XYZ_TO_REC709 = mat3(
		 3.2404542, -0.9692660,  0.0556434,
		-1.5371385,  1.8760108, -0.2040259,
		-0.4985314,  0.0415560,  1.0572252
	);
	vec3 Fresnel0ToIor( vec3 fresnel0 ) {
		vec3 sqrtF0 = sqrt( fresnel0 );
		return ( vec3( 1.0 ) + sqrtF0 ) / ( vec3( 1.0 ) - sqrtF0 );
	}
	vec3 IorToFresnel0( vec3 transmittedIor, float incidentIor ) {
		return pow2( ( transmittedIor - vec3( incidentIor ) ) / ( transmittedIor + vec3( incidentIor ) ) );
	}
	float IorToFresnel0( float transmittedIor, float incidentIor ) {
		return pow2( ( transmittedIor - incidentIor ) / ( transmittedIor + incidentIor ));
	}
	vec3 evalSensitivity( float OPD, vec3 shift ) {
		float phase = 2.0 * PI * OPD * 1.0e-9;
		vec3 val = vec3( 5.4856e-13, 4.4201e-13, 5.2481e-13 );
		vec3 pos = vec3( 1.6810e+06, 1.7953e+06, 2.2084e+06 );
		vec3 var = vec3( 4.3278e+09, 9.3046e+09, 6.6121e+09 );
		vec3 xyz = val * sqrt( 2.0 * PI * var ) * cos( pos * phase + shift ) * exp( - pow2( phase ) * var );
		xyz.x += 9.7470e-14 * sqrt( 2.0 * PI * 4.5282e+09 ) * cos( 2.2399e+06 * phase + shift[ 0 ] ) * exp( - 4.5282e+09 * pow2( phase ) );
		xyz /= 1.0685e-7;
		vec3 rgb = XYZ_TO_REC709 * xyz;
		return rgb;
	}
	vec3 evalIridescence( float outsideIOR, float eta2, float cosTheta1, float thinFilmThickness, vec3 baseF0 ) {
		vec3 I;
		float iridescenceIOR = mix( outsideIOR, eta2, smoothstep( 0.0, 0.03, thinFilmThickness ) );
		float sinTheta2Sq = pow2( outsideIOR / iridescenceIOR ) * ( 1.0 - pow2( cosTheta1 ) );
		float cosTheta2Sq = 1.0 - sinTheta2Sq;
		if ( cosTheta2Sq < 0.0 ) {
			return vec3( 1.0 );
		}
		float cosTheta2 = sqrt( cosTheta2Sq );
		float R0 = IorToFresnel0( iridescenceIOR, outsideIOR );
		float R12 = F_Schlick( R0, 1.0, cosTheta1 );
		float T121 = 1.0 - R12;
		float phi12 = 0.0;
		if ( iridescenceIOR < outsideIOR ) phi12 = PI;
		float phi21 = PI - phi12;
		vec3 baseIOR = Fresnel0ToIor( clamp( baseF0, 0.0, 0.9999 ) );		vec3 R1 = IorToFresnel0( baseIOR, iridescenceIOR );
		vec3 R23 = F_Schlick( R1, 1.0, cosTheta2 );
		vec3 phi23 = vec3( 0.0 );
		if ( baseIOR[ 0 ] < iridescenceIOR ) phi23[ 0 ] = PI;
		if ( baseIOR[ 1 ] < iridescenceIOR ) phi23[ 1 ] = PI;
		if ( baseIOR[ 2 ] < iridescenceIOR ) phi23[ 2 ] = PI;
		float OPD = 2.0 * iridescenceIOR * thinFilmThickness * cosTheta2;
		vec3 phi = vec3( phi21 ) + phi23;
		vec3 R123 = clamp( R12 * R23, 1e-5, 0.9999 );
		vec3 r123 = sqrt( R123 );
		vec3 Rs = pow2( T121 ) * R23 / ( vec3( 1.0 ) - R123 );
		vec3 C0 = R12 + Rs;
		I = C0;
		vec3 Cm = Rs - T121;
		for ( int m = 1; m <= 2; ++ m ) {
			Cm *= r123;
			vec3 Sm = 2.0 * evalSensitivity( float( m ) * OPD, float( m ) * phi );
			I += Cm * Sm;
		}
		return max( I, vec3( 0.0 ) );
	}
#endif`,iS=`#ifdef USE_BUMPMAP
	uniform sampler2D bumpMap;
	uniform float bumpScale;
	vec2 dHdxy_fwd() {
		vec2 dSTdx = dFdx( vBumpMapUv );
		vec2 dSTdy = dFdy( vBumpMapUv );
		float Hll = bumpScale * texture2D( bumpMap, vBumpMapUv ).x;
		float dBx = bumpScale * texture2D( bumpMap, vBumpMapUv + dSTdx ).x - Hll;
		float dBy = bumpScale * texture2D( bumpMap, vBumpMapUv + dSTdy ).x - Hll;
		return vec2( dBx, dBy );
	}
	vec3 perturbNormalArb( vec3 surf_pos, vec3 surf_norm, vec2 dHdxy, float faceDirection ) {
		vec3 vSigmaX = normalize( dFdx( surf_pos.xyz ) );
		vec3 vSigmaY = normalize( dFdy( surf_pos.xyz ) );
		vec3 vN = surf_norm;
		vec3 R1 = cross( vSigmaY, vN );
		vec3 R2 = cross( vN, vSigmaX );
		float fDet = dot( vSigmaX, R1 ) * faceDirection;
		vec3 vGrad = sign( fDet ) * ( dHdxy.x * R1 + dHdxy.y * R2 );
		return normalize( abs( fDet ) * surf_norm - vGrad );
	}
#endif`,sS=`#if NUM_CLIPPING_PLANES > 0
	vec4 plane;
	#ifdef ALPHA_TO_COVERAGE
		float distanceToPlane, distanceGradient;
		float clipOpacity = 1.0;
		#pragma unroll_loop_start
		for ( int i = 0; i < UNION_CLIPPING_PLANES; i ++ ) {
			plane = clippingPlanes[ i ];
			distanceToPlane = - dot( vClipPosition, plane.xyz ) + plane.w;
			distanceGradient = fwidth( distanceToPlane ) / 2.0;
			clipOpacity *= smoothstep( - distanceGradient, distanceGradient, distanceToPlane );
			if ( clipOpacity == 0.0 ) discard;
		}
		#pragma unroll_loop_end
		#if UNION_CLIPPING_PLANES < NUM_CLIPPING_PLANES
			float unionClipOpacity = 1.0;
			#pragma unroll_loop_start
			for ( int i = UNION_CLIPPING_PLANES; i < NUM_CLIPPING_PLANES; i ++ ) {
				plane = clippingPlanes[ i ];
				distanceToPlane = - dot( vClipPosition, plane.xyz ) + plane.w;
				distanceGradient = fwidth( distanceToPlane ) / 2.0;
				unionClipOpacity *= 1.0 - smoothstep( - distanceGradient, distanceGradient, distanceToPlane );
			}
			#pragma unroll_loop_end
			clipOpacity *= 1.0 - unionClipOpacity;
		#endif
		diffuseColor.a *= clipOpacity;
		if ( diffuseColor.a == 0.0 ) discard;
	#else
		#pragma unroll_loop_start
		for ( int i = 0; i < UNION_CLIPPING_PLANES; i ++ ) {
			plane = clippingPlanes[ i ];
			if ( dot( vClipPosition, plane.xyz ) > plane.w ) discard;
		}
		#pragma unroll_loop_end
		#if UNION_CLIPPING_PLANES < NUM_CLIPPING_PLANES
			bool clipped = true;
			#pragma unroll_loop_start
			for ( int i = UNION_CLIPPING_PLANES; i < NUM_CLIPPING_PLANES; i ++ ) {
				plane = clippingPlanes[ i ];
				clipped = ( dot( vClipPosition, plane.xyz ) > plane.w ) && clipped;
			}
			#pragma unroll_loop_end
			if ( clipped ) discard;
		#endif
	#endif
#endif`,rS=`#if NUM_CLIPPING_PLANES > 0
	varying vec3 vClipPosition;
	uniform vec4 clippingPlanes[ NUM_CLIPPING_PLANES ];
#endif`,oS=`#if NUM_CLIPPING_PLANES > 0
	varying vec3 vClipPosition;
#endif`,aS=`#if NUM_CLIPPING_PLANES > 0
	vClipPosition = - mvPosition.xyz;
#endif`,lS=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA )
	diffuseColor *= vColor;
#endif`,cS=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA )
	varying vec4 vColor;
#endif`,hS=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA ) || defined( USE_INSTANCING_COLOR ) || defined( USE_BATCHING_COLOR )
	varying vec4 vColor;
#endif`,uS=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA ) || defined( USE_INSTANCING_COLOR ) || defined( USE_BATCHING_COLOR )
	vColor = vec4( 1.0 );
#endif
#ifdef USE_COLOR_ALPHA
	vColor *= color;
#elif defined( USE_COLOR )
	vColor.rgb *= color;
#endif
#ifdef USE_INSTANCING_COLOR
	vColor.rgb *= instanceColor.rgb;
#endif
#ifdef USE_BATCHING_COLOR
	vColor *= getBatchingColor( getIndirectIndex( gl_DrawID ) );
#endif`,dS=`#define PI 3.141592653589793
#define PI2 6.283185307179586
#define PI_HALF 1.5707963267948966
#define RECIPROCAL_PI 0.3183098861837907
#define RECIPROCAL_PI2 0.15915494309189535
#define EPSILON 1e-6
#ifndef saturate
#define saturate( a ) clamp( a, 0.0, 1.0 )
#endif
#define whiteComplement( a ) ( 1.0 - saturate( a ) )
float pow2( const in float x ) { return x*x; }
vec3 pow2( const in vec3 x ) { return x*x; }
float pow3( const in float x ) { return x*x*x; }
float pow4( const in float x ) { float x2 = x*x; return x2*x2; }
float max3( const in vec3 v ) { return max( max( v.x, v.y ), v.z ); }
float average( const in vec3 v ) { return dot( v, vec3( 0.3333333 ) ); }
highp float rand( const in vec2 uv ) {
	const highp float a = 12.9898, b = 78.233, c = 43758.5453;
	highp float dt = dot( uv.xy, vec2( a,b ) ), sn = mod( dt, PI );
	return fract( sin( sn ) * c );
}
#ifdef HIGH_PRECISION
	float precisionSafeLength( vec3 v ) { return length( v ); }
#else
	float precisionSafeLength( vec3 v ) {
		float maxComponent = max3( abs( v ) );
		return length( v / maxComponent ) * maxComponent;
	}
#endif
struct IncidentLight {
	vec3 color;
	vec3 direction;
	bool visible;
};
struct ReflectedLight {
	vec3 directDiffuse;
	vec3 directSpecular;
	vec3 indirectDiffuse;
	vec3 indirectSpecular;
};
#ifdef USE_ALPHAHASH
	varying vec3 vPosition;
#endif
vec3 transformDirection( in vec3 dir, in mat4 matrix ) {
	return normalize( ( matrix * vec4( dir, 0.0 ) ).xyz );
}
#define inverseTransformDirection transformDirectionByInverseViewMatrix
vec3 transformNormalByInverseViewMatrix( in vec3 normal, in mat4 viewMatrix ) {
	return normalize( ( vec4( normal, 0.0 ) * viewMatrix ).xyz );
}
vec3 transformDirectionByInverseViewMatrix( in vec3 dir, in mat4 viewMatrix ) {
	return normalize( ( vec4( dir, 0.0 ) * viewMatrix ).xyz );
}
bool isPerspectiveMatrix( mat4 m ) {
	return m[ 2 ][ 3 ] == - 1.0;
}
vec2 equirectUv( in vec3 dir ) {
	float u = atan( dir.z, dir.x ) * RECIPROCAL_PI2 + 0.5;
	float v = asin( clamp( dir.y, - 1.0, 1.0 ) ) * RECIPROCAL_PI + 0.5;
	return vec2( u, v );
}
vec3 BRDF_Lambert( const in vec3 diffuseColor ) {
	return RECIPROCAL_PI * diffuseColor;
}
vec3 F_Schlick( const in vec3 f0, const in float f90, const in float dotVH ) {
	float fresnel = exp2( ( - 5.55473 * dotVH - 6.98316 ) * dotVH );
	return f0 * ( 1.0 - fresnel ) + ( f90 * fresnel );
}
float F_Schlick( const in float f0, const in float f90, const in float dotVH ) {
	float fresnel = exp2( ( - 5.55473 * dotVH - 6.98316 ) * dotVH );
	return f0 * ( 1.0 - fresnel ) + ( f90 * fresnel );
} // validated`,fS=`vec3 transformedNormal = objectNormal;
#ifdef USE_TANGENT
	vec3 transformedTangent = objectTangent;
#endif
#ifdef USE_BATCHING
	mat3 bm = mat3( batchingMatrix );
	transformedNormal /= vec3( dot( bm[ 0 ], bm[ 0 ] ), dot( bm[ 1 ], bm[ 1 ] ), dot( bm[ 2 ], bm[ 2 ] ) );
	transformedNormal = bm * transformedNormal;
	#ifdef USE_TANGENT
		transformedTangent = bm * transformedTangent;
	#endif
#endif
#ifdef USE_INSTANCING
	mat3 im = mat3( instanceMatrix );
	transformedNormal /= vec3( dot( im[ 0 ], im[ 0 ] ), dot( im[ 1 ], im[ 1 ] ), dot( im[ 2 ], im[ 2 ] ) );
	transformedNormal = im * transformedNormal;
	#ifdef USE_TANGENT
		transformedTangent = im * transformedTangent;
	#endif
#endif
transformedNormal = normalMatrix * transformedNormal;
#ifdef FLIP_SIDED
	transformedNormal = - transformedNormal;
#endif
#ifdef USE_TANGENT
	transformedTangent = ( modelViewMatrix * vec4( transformedTangent, 0.0 ) ).xyz;
#endif`,pS=`#ifdef USE_DISPLACEMENTMAP
	uniform sampler2D displacementMap;
	uniform float displacementScale;
	uniform float displacementBias;
#endif`,mS=`#ifdef USE_DISPLACEMENTMAP
	transformed += normalize( objectNormal ) * ( texture2D( displacementMap, vDisplacementMapUv ).x * displacementScale + displacementBias );
#endif`,gS=`#ifdef USE_EMISSIVEMAP
	vec4 emissiveColor = texture2D( emissiveMap, vEmissiveMapUv );
	#ifdef DECODE_VIDEO_TEXTURE_EMISSIVE
		emissiveColor = sRGBTransferEOTF( emissiveColor );
	#endif
	totalEmissiveRadiance *= emissiveColor.rgb;
#endif`,_S=`#ifdef USE_EMISSIVEMAP
	uniform sampler2D emissiveMap;
#endif`,xS="gl_FragColor = linearToOutputTexel( gl_FragColor );",yS=`vec4 LinearTransferOETF( in vec4 value ) {
	return value;
}
vec4 sRGBTransferEOTF( in vec4 value ) {
	return vec4( mix( pow( value.rgb * 0.9478672986 + vec3( 0.0521327014 ), vec3( 2.4 ) ), value.rgb * 0.0773993808, vec3( lessThanEqual( value.rgb, vec3( 0.04045 ) ) ) ), value.a );
}
vec4 sRGBTransferOETF( in vec4 value ) {
	return vec4( mix( pow( value.rgb, vec3( 0.41666 ) ) * 1.055 - vec3( 0.055 ), value.rgb * 12.92, vec3( lessThanEqual( value.rgb, vec3( 0.0031308 ) ) ) ), value.a );
}`,vS=`#ifdef USE_ENVMAP
	#ifdef ENV_WORLDPOS
		vec3 cameraToFrag;
		if ( isOrthographic ) {
			cameraToFrag = normalize( vec3( - viewMatrix[ 0 ][ 2 ], - viewMatrix[ 1 ][ 2 ], - viewMatrix[ 2 ][ 2 ] ) );
		} else {
			cameraToFrag = normalize( vWorldPosition - cameraPosition );
		}
		vec3 worldNormal = transformNormalByInverseViewMatrix( normal, viewMatrix );
		#ifdef ENVMAP_MODE_REFLECTION
			vec3 reflectVec = reflect( cameraToFrag, worldNormal );
		#else
			vec3 reflectVec = refract( cameraToFrag, worldNormal, refractionRatio );
		#endif
	#else
		vec3 reflectVec = vReflect;
	#endif
	#ifdef ENVMAP_TYPE_CUBE
		vec4 envColor = textureCube( envMap, envMapRotation * reflectVec );
		#ifdef ENVMAP_BLENDING_MULTIPLY
			outgoingLight = mix( outgoingLight, outgoingLight * envColor.xyz, specularStrength * reflectivity );
		#elif defined( ENVMAP_BLENDING_MIX )
			outgoingLight = mix( outgoingLight, envColor.xyz, specularStrength * reflectivity );
		#elif defined( ENVMAP_BLENDING_ADD )
			outgoingLight += envColor.xyz * specularStrength * reflectivity;
		#endif
	#endif
#endif`,bS=`#ifdef USE_ENVMAP
	uniform float envMapIntensity;
	uniform mat3 envMapRotation;
	uniform samplerCube envMap;
	#ifdef ENVMAP_TYPE_PMREM
		float roughnessToMip( const in float roughness ) {
			float r = clamp( roughness, 0.0, 1.0 );
			return ENVMAP_MAX_LOD * r * ( 2.0 - r );
		}
	#endif
#endif`,SS=`#ifdef USE_ENVMAP
	uniform float reflectivity;
	#if defined( USE_BUMPMAP ) || defined( USE_NORMALMAP ) || defined( PHONG ) || defined( LAMBERT )
		#define ENV_WORLDPOS
	#endif
	#ifdef ENV_WORLDPOS
		varying vec3 vWorldPosition;
		uniform float refractionRatio;
	#else
		varying vec3 vReflect;
	#endif
#endif`,MS=`#ifdef USE_ENVMAP
	#if defined( USE_BUMPMAP ) || defined( USE_NORMALMAP ) || defined( PHONG ) || defined( LAMBERT )
		#define ENV_WORLDPOS
	#endif
	#ifdef ENV_WORLDPOS
		
		varying vec3 vWorldPosition;
	#else
		varying vec3 vReflect;
		uniform float refractionRatio;
	#endif
#endif`,wS=`#ifdef USE_ENVMAP
	#ifdef ENV_WORLDPOS
		vWorldPosition = worldPosition.xyz;
	#else
		vec3 cameraToVertex;
		if ( isOrthographic ) {
			cameraToVertex = normalize( vec3( - viewMatrix[ 0 ][ 2 ], - viewMatrix[ 1 ][ 2 ], - viewMatrix[ 2 ][ 2 ] ) );
		} else {
			cameraToVertex = normalize( worldPosition.xyz - cameraPosition );
		}
		vec3 worldNormal = transformNormalByInverseViewMatrix( transformedNormal, viewMatrix );
		#ifdef ENVMAP_MODE_REFLECTION
			vReflect = reflect( cameraToVertex, worldNormal );
		#else
			vReflect = refract( cameraToVertex, worldNormal, refractionRatio );
		#endif
	#endif
#endif`,TS=`#ifdef USE_FOG
	vFogDepth = - mvPosition.z;
#endif`,AS=`#ifdef USE_FOG
	varying float vFogDepth;
#endif`,ES=`#ifdef USE_FOG
	#ifdef FOG_EXP2
		float fogFactor = 1.0 - exp( - fogDensity * fogDensity * vFogDepth * vFogDepth );
	#else
		float fogFactor = smoothstep( fogNear, fogFar, vFogDepth );
	#endif
	gl_FragColor.rgb = mix( gl_FragColor.rgb, fogColor, fogFactor );
#endif`,CS=`#ifdef USE_FOG
	uniform vec3 fogColor;
	varying float vFogDepth;
	#ifdef FOG_EXP2
		uniform float fogDensity;
	#else
		uniform float fogNear;
		uniform float fogFar;
	#endif
#endif`,RS=`#ifdef USE_GRADIENTMAP
	uniform sampler2D gradientMap;
#endif
vec3 getGradientIrradiance( vec3 normal, vec3 lightDirection ) {
	float dotNL = dot( normal, lightDirection );
	vec2 coord = vec2( dotNL * 0.5 + 0.5, 0.0 );
	#ifdef USE_GRADIENTMAP
		return vec3( texture2D( gradientMap, coord ).r );
	#else
		vec2 fw = fwidth( coord ) * 0.5;
		return mix( vec3( 0.7 ), vec3( 1.0 ), smoothstep( 0.7 - fw.x, 0.7 + fw.x, coord.x ) );
	#endif
}`,PS=`#ifdef USE_LIGHTMAP
	uniform sampler2D lightMap;
	uniform float lightMapIntensity;
#endif`,IS=`LambertMaterial material;
material.diffuseColor = diffuseColor.rgb;
material.specularStrength = specularStrength;`,LS=`varying vec3 vViewPosition;
struct LambertMaterial {
	vec3 diffuseColor;
	float specularStrength;
};
void RE_Direct_Lambert( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in LambertMaterial material, inout ReflectedLight reflectedLight ) {
	float dotNL = saturate( dot( geometryNormal, directLight.direction ) );
	vec3 irradiance = dotNL * directLight.color;
	reflectedLight.directDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
void RE_IndirectDiffuse_Lambert( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in LambertMaterial material, inout ReflectedLight reflectedLight ) {
	reflectedLight.indirectDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
#define RE_Direct				RE_Direct_Lambert
#define RE_IndirectDiffuse		RE_IndirectDiffuse_Lambert`,NS=`uniform bool receiveShadow;
uniform vec3 ambientLightColor;
#if defined( USE_LIGHT_PROBES )
	uniform vec3 lightProbe[ 9 ];
#endif
vec3 shGetIrradianceAt( in vec3 normal, in vec3 shCoefficients[ 9 ] ) {
	float x = normal.x, y = normal.y, z = normal.z;
	vec3 result = shCoefficients[ 0 ] * 0.886227;
	result += shCoefficients[ 1 ] * 2.0 * 0.511664 * y;
	result += shCoefficients[ 2 ] * 2.0 * 0.511664 * z;
	result += shCoefficients[ 3 ] * 2.0 * 0.511664 * x;
	result += shCoefficients[ 4 ] * 2.0 * 0.429043 * x * y;
	result += shCoefficients[ 5 ] * 2.0 * 0.429043 * y * z;
	result += shCoefficients[ 6 ] * ( 0.743125 * z * z - 0.247708 );
	result += shCoefficients[ 7 ] * 2.0 * 0.429043 * x * z;
	result += shCoefficients[ 8 ] * 0.429043 * ( x * x - y * y );
	return result;
}
vec3 getLightProbeIrradiance( const in vec3 lightProbe[ 9 ], const in vec3 normal ) {
	vec3 worldNormal = transformNormalByInverseViewMatrix( normal, viewMatrix );
	vec3 irradiance = shGetIrradianceAt( worldNormal, lightProbe );
	return irradiance;
}
vec3 getAmbientLightIrradiance( const in vec3 ambientLightColor ) {
	vec3 irradiance = ambientLightColor;
	return irradiance;
}
float getDistanceAttenuation( const in float lightDistance, const in float cutoffDistance, const in float decayExponent ) {
	float distanceFalloff = 1.0 / max( pow( lightDistance, decayExponent ), 0.01 );
	if ( cutoffDistance > 0.0 ) {
		distanceFalloff *= pow2( saturate( 1.0 - pow4( lightDistance / cutoffDistance ) ) );
	}
	return distanceFalloff;
}
float getSpotAttenuation( const in float coneCosine, const in float penumbraCosine, const in float angleCosine ) {
	return smoothstep( coneCosine, penumbraCosine, angleCosine );
}
#if NUM_SUN_LIGHTS > 0
	struct SunLight {
		vec3 direction;
		vec3 color;
	};
	uniform SunLight sunLights[ NUM_SUN_LIGHTS ];
	void getSunLightInfo( const in SunLight sunLight, out IncidentLight light ) {
		light.color = sunLight.color;
		light.direction = sunLight.direction;
		light.visible = true;
	}
#endif
#if NUM_DIR_LIGHTS > 0
	struct DirectionalLight {
		vec3 direction;
		vec3 color;
	};
	uniform DirectionalLight directionalLights[ NUM_DIR_LIGHTS ];
	void getDirectionalLightInfo( const in DirectionalLight directionalLight, out IncidentLight light ) {
		light.color = directionalLight.color;
		light.direction = directionalLight.direction;
		light.visible = true;
	}
#endif
#if NUM_POINT_LIGHTS > 0
	struct PointLight {
		vec3 position;
		vec3 color;
		float distance;
		float decay;
	};
	uniform PointLight pointLights[ NUM_POINT_LIGHTS ];
	void getPointLightInfo( const in PointLight pointLight, const in vec3 geometryPosition, out IncidentLight light ) {
		vec3 lVector = pointLight.position - geometryPosition;
		light.direction = normalize( lVector );
		float lightDistance = length( lVector );
		light.color = pointLight.color;
		light.color *= getDistanceAttenuation( lightDistance, pointLight.distance, pointLight.decay );
		light.visible = ( light.color != vec3( 0.0 ) );
	}
#endif
#if NUM_SPOT_LIGHTS > 0
	struct SpotLight {
		vec3 position;
		vec3 direction;
		vec3 color;
		float distance;
		float decay;
		float coneCos;
		float penumbraCos;
	};
	uniform SpotLight spotLights[ NUM_SPOT_LIGHTS ];
	void getSpotLightInfo( const in SpotLight spotLight, const in vec3 geometryPosition, out IncidentLight light ) {
		vec3 lVector = spotLight.position - geometryPosition;
		light.direction = normalize( lVector );
		float angleCos = dot( light.direction, spotLight.direction );
		float spotAttenuation = getSpotAttenuation( spotLight.coneCos, spotLight.penumbraCos, angleCos );
		if ( spotAttenuation > 0.0 ) {
			float lightDistance = length( lVector );
			light.color = spotLight.color * spotAttenuation;
			light.color *= getDistanceAttenuation( lightDistance, spotLight.distance, spotLight.decay );
			light.visible = ( light.color != vec3( 0.0 ) );
		} else {
			light.color = vec3( 0.0 );
			light.visible = false;
		}
	}
#endif
#if NUM_RECT_AREA_LIGHTS > 0
	struct RectAreaLight {
		vec3 color;
		vec3 position;
		vec3 halfWidth;
		vec3 halfHeight;
	};
	uniform sampler2D ltc_1;	uniform sampler2D ltc_2;
	uniform RectAreaLight rectAreaLights[ NUM_RECT_AREA_LIGHTS ];
#endif
#if NUM_HEMI_LIGHTS > 0
	struct HemisphereLight {
		vec3 direction;
		vec3 skyColor;
		vec3 groundColor;
	};
	uniform HemisphereLight hemisphereLights[ NUM_HEMI_LIGHTS ];
	vec3 getHemisphereLightIrradiance( const in HemisphereLight hemiLight, const in vec3 normal ) {
		float dotNL = dot( normal, hemiLight.direction );
		float hemiDiffuseWeight = 0.5 * dotNL + 0.5;
		vec3 irradiance = mix( hemiLight.groundColor, hemiLight.skyColor, hemiDiffuseWeight );
		return irradiance;
	}
#endif
#include <lightprobes_pars_fragment>`,DS=`#ifdef USE_ENVMAP
	vec3 getIBLIrradiance( const in vec3 normal ) {
		#ifdef ENVMAP_TYPE_PMREM
			vec3 worldNormal = transformNormalByInverseViewMatrix( normal, viewMatrix );
			vec4 envMapColor = textureLod( envMap, envMapRotation * worldNormal, ENVMAP_MAX_LOD );
			return PI * envMapColor.rgb * envMapIntensity;
		#else
			return vec3( 0.0 );
		#endif
	}
	vec3 getIBLRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness ) {
		#ifdef ENVMAP_TYPE_PMREM
			vec3 reflectVec = reflect( - viewDir, normal );
			reflectVec = normalize( mix( reflectVec, normal, pow4( roughness ) ) );
			reflectVec = transformDirectionByInverseViewMatrix( reflectVec, viewMatrix );
			vec4 envMapColor = textureLod( envMap, envMapRotation * reflectVec, roughnessToMip( roughness ) );
			return envMapColor.rgb * envMapIntensity;
		#else
			return vec3( 0.0 );
		#endif
	}
	#ifdef USE_RETROREFLECTION
		vec3 getIBLRetroRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness ) {
			#ifdef ENVMAP_TYPE_PMREM
				vec3 retroVec = normalize( mix( viewDir, normal, pow4( roughness ) ) );
				retroVec = transformDirectionByInverseViewMatrix( retroVec, viewMatrix );
				vec4 envMapColor = textureLod( envMap, envMapRotation * retroVec, roughnessToMip( roughness ) );
				return envMapColor.rgb * envMapIntensity;
			#else
				return vec3( 0.0 );
			#endif
		}
	#endif
	#ifdef USE_ANISOTROPY
		vec3 getIBLAnisotropyRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness, const in vec3 bitangent, const in float anisotropy ) {
			#ifdef ENVMAP_TYPE_PMREM
				vec3 bentNormal = cross( bitangent, viewDir );
				bentNormal = normalize( cross( bentNormal, bitangent ) );
				bentNormal = normalize( mix( bentNormal, normal, pow2( pow2( 1.0 - anisotropy * ( 1.0 - roughness ) ) ) ) );
				return getIBLRadiance( viewDir, bentNormal, roughness );
			#else
				return vec3( 0.0 );
			#endif
		}
		#ifdef USE_RETROREFLECTION
			vec3 getIBLAnisotropyRetroRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness, const in vec3 bitangent, const in float anisotropy ) {
				#ifdef ENVMAP_TYPE_PMREM
					vec3 bentNormal = cross( bitangent, viewDir );
					bentNormal = normalize( cross( bentNormal, bitangent ) );
					bentNormal = normalize( mix( bentNormal, normal, pow2( pow2( 1.0 - anisotropy * ( 1.0 - roughness ) ) ) ) );
					return getIBLRetroRadiance( viewDir, bentNormal, roughness );
				#else
					return vec3( 0.0 );
				#endif
			}
		#endif
	#endif
#endif`,US=`ToonMaterial material;
material.diffuseColor = diffuseColor.rgb;`,FS=`varying vec3 vViewPosition;
struct ToonMaterial {
	vec3 diffuseColor;
};
void RE_Direct_Toon( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in ToonMaterial material, inout ReflectedLight reflectedLight ) {
	vec3 irradiance = getGradientIrradiance( geometryNormal, directLight.direction ) * directLight.color;
	reflectedLight.directDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
void RE_IndirectDiffuse_Toon( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in ToonMaterial material, inout ReflectedLight reflectedLight ) {
	reflectedLight.indirectDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
#define RE_Direct				RE_Direct_Toon
#define RE_IndirectDiffuse		RE_IndirectDiffuse_Toon`,OS=`BlinnPhongMaterial material;
material.diffuseColor = diffuseColor.rgb;
material.specularColor = specular;
material.specularShininess = shininess;
material.specularStrength = specularStrength;`,kS=`varying vec3 vViewPosition;
struct BlinnPhongMaterial {
	vec3 diffuseColor;
	vec3 specularColor;
	float specularShininess;
	float specularStrength;
};
void RE_Direct_BlinnPhong( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in BlinnPhongMaterial material, inout ReflectedLight reflectedLight ) {
	float dotNL = saturate( dot( geometryNormal, directLight.direction ) );
	vec3 irradiance = dotNL * directLight.color;
	reflectedLight.directDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
	reflectedLight.directSpecular += irradiance * BRDF_BlinnPhong( directLight.direction, geometryViewDir, geometryNormal, material.specularColor, material.specularShininess ) * material.specularStrength;
}
void RE_IndirectDiffuse_BlinnPhong( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in BlinnPhongMaterial material, inout ReflectedLight reflectedLight ) {
	reflectedLight.indirectDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
#define RE_Direct				RE_Direct_BlinnPhong
#define RE_IndirectDiffuse		RE_IndirectDiffuse_BlinnPhong`,BS=`PhysicalMaterial material;
material.diffuseColor = diffuseColor.rgb;
material.diffuseContribution = diffuseColor.rgb * ( 1.0 - metalnessFactor );
material.metalness = metalnessFactor;
vec3 dxy = max( abs( dFdx( nonPerturbedNormal ) ), abs( dFdy( nonPerturbedNormal ) ) );
float geometryRoughness = max( max( dxy.x, dxy.y ), dxy.z );
material.roughness = max( roughnessFactor, 0.045 );
material.roughness += geometryRoughness;
material.roughness = min( material.roughness, 1.0 );
#ifdef USE_DIFFUSE_ROUGHNESS
	float diffuseRoughnessFactor = diffuseRoughness;
	#ifdef USE_DIFFUSE_ROUGHNESSMAP
		diffuseRoughnessFactor *= texture2D( diffuseRoughnessMap, vDiffuseRoughnessMapUv ).r;
	#endif
	material.diffuseRoughness = saturate( diffuseRoughnessFactor );
#endif
#ifdef IOR
	material.ior = ior;
	#ifdef USE_SPECULAR
		float specularIntensityFactor = specularIntensity;
		vec3 specularColorFactor = specularColor;
		#ifdef USE_SPECULAR_COLORMAP
			specularColorFactor *= texture2D( specularColorMap, vSpecularColorMapUv ).rgb;
		#endif
		#ifdef USE_SPECULAR_INTENSITYMAP
			specularIntensityFactor *= texture2D( specularIntensityMap, vSpecularIntensityMapUv ).a;
		#endif
		material.specularF90 = mix( specularIntensityFactor, 1.0, metalnessFactor );
	#else
		float specularIntensityFactor = 1.0;
		vec3 specularColorFactor = vec3( 1.0 );
		material.specularF90 = 1.0;
	#endif
	material.specularColor = min( pow2( ( material.ior - 1.0 ) / ( material.ior + 1.0 ) ) * specularColorFactor, vec3( 1.0 ) ) * specularIntensityFactor;
	material.specularColorBlended = mix( material.specularColor, diffuseColor.rgb, metalnessFactor );
#else
	material.specularColor = vec3( 0.04 );
	material.specularColorBlended = mix( material.specularColor, diffuseColor.rgb, metalnessFactor );
	material.specularF90 = 1.0;
#endif
#ifdef USE_CLEARCOAT
	material.clearcoat = clearcoat;
	material.clearcoatRoughness = clearcoatRoughness;
	material.clearcoatF0 = vec3( 0.04 );
	material.clearcoatF90 = 1.0;
	#ifdef USE_CLEARCOATMAP
		material.clearcoat *= texture2D( clearcoatMap, vClearcoatMapUv ).x;
	#endif
	#ifdef USE_CLEARCOAT_ROUGHNESSMAP
		material.clearcoatRoughness *= texture2D( clearcoatRoughnessMap, vClearcoatRoughnessMapUv ).y;
	#endif
	material.clearcoat = saturate( material.clearcoat );	material.clearcoatRoughness = max( material.clearcoatRoughness, 0.045 );
	material.clearcoatRoughness += geometryRoughness;
	material.clearcoatRoughness = min( material.clearcoatRoughness, 1.0 );
#endif
#ifdef USE_DISPERSION
	material.dispersion = dispersion;
#endif
#ifdef USE_RETROREFLECTION
	material.retroreflectivity = retroreflectivity;
#endif
#ifdef USE_IRIDESCENCE
	material.iridescence = iridescence;
	material.iridescenceIOR = iridescenceIOR;
	#ifdef USE_IRIDESCENCEMAP
		material.iridescence *= texture2D( iridescenceMap, vIridescenceMapUv ).r;
	#endif
	#ifdef USE_IRIDESCENCE_THICKNESSMAP
		material.iridescenceThickness = (iridescenceThicknessMaximum - iridescenceThicknessMinimum) * texture2D( iridescenceThicknessMap, vIridescenceThicknessMapUv ).g + iridescenceThicknessMinimum;
	#else
		material.iridescenceThickness = iridescenceThicknessMaximum;
	#endif
#endif
#ifdef USE_SHEEN
	material.sheenColor = sheenColor;
	#ifdef USE_SHEEN_COLORMAP
		material.sheenColor *= texture2D( sheenColorMap, vSheenColorMapUv ).rgb;
	#endif
	material.sheenRoughness = clamp( sheenRoughness, 0.0001, 1.0 );
	#ifdef USE_SHEEN_ROUGHNESSMAP
		material.sheenRoughness *= texture2D( sheenRoughnessMap, vSheenRoughnessMapUv ).a;
	#endif
#endif
#ifdef USE_ANISOTROPY
	#ifdef USE_ANISOTROPYMAP
		mat2 anisotropyMat = mat2( anisotropyVector.x, anisotropyVector.y, - anisotropyVector.y, anisotropyVector.x );
		vec3 anisotropyPolar = texture2D( anisotropyMap, vAnisotropyMapUv ).rgb;
		vec2 anisotropyV = anisotropyMat * normalize( 2.0 * anisotropyPolar.rg - vec2( 1.0 ) ) * anisotropyPolar.b;
	#else
		vec2 anisotropyV = anisotropyVector;
	#endif
	material.anisotropy = length( anisotropyV );
	if( material.anisotropy == 0.0 ) {
		anisotropyV = vec2( 1.0, 0.0 );
	} else {
		anisotropyV /= material.anisotropy;
		material.anisotropy = saturate( material.anisotropy );
	}
	material.alphaT = mix( pow2( material.roughness ), 1.0, pow2( material.anisotropy ) );
	material.anisotropyT = tbn[ 0 ] * anisotropyV.x + tbn[ 1 ] * anisotropyV.y;
	material.anisotropyB = tbn[ 1 ] * anisotropyV.x - tbn[ 0 ] * anisotropyV.y;
#endif`,zS=`uniform sampler2D dfgLUT;
struct PhysicalMaterial {
	vec3 diffuseColor;
	vec3 diffuseContribution;
	vec3 specularColor;
	vec3 specularColorBlended;
	float roughness;
	float metalness;
	float specularF90;
	float dispersion;
	vec2 dfg;
	vec3 multiScatteringCompensation;
	#ifdef USE_DIFFUSE_ROUGHNESS
		float diffuseRoughness;
	#endif
	#ifdef USE_RETROREFLECTION
		float retroreflectivity;
	#endif
	#ifdef USE_CLEARCOAT
		float clearcoat;
		float clearcoatRoughness;
		vec3 clearcoatF0;
		float clearcoatF90;
	#endif
	#ifdef USE_IRIDESCENCE
		float iridescence;
		float iridescenceIOR;
		float iridescenceThickness;
		vec3 iridescenceFresnel;
		vec3 iridescenceF0Dielectric;
		vec3 iridescenceF0Metallic;
	#endif
	#ifdef USE_SHEEN
		vec3 sheenColor;
		float sheenRoughness;
	#endif
	#ifdef IOR
		float ior;
	#endif
	#ifdef USE_TRANSMISSION
		float transmission;
		float transmissionAlpha;
		float thickness;
		float attenuationDistance;
		vec3 attenuationColor;
	#endif
	#ifdef USE_ANISOTROPY
		float anisotropy;
		float alphaT;
		vec3 anisotropyT;
		vec3 anisotropyB;
	#endif
};
vec3 clearcoatSpecularDirect = vec3( 0.0 );
vec3 clearcoatSpecularIndirect = vec3( 0.0 );
vec3 sheenSpecularDirect = vec3( 0.0 );
vec3 sheenSpecularIndirect = vec3(0.0 );
vec3 Schlick_to_F0( const in vec3 f, const in float f90, const in float dotVH ) {
    float x = clamp( 1.0 - dotVH, 0.0, 1.0 );
    float x2 = x * x;
    float x5 = clamp( x * x2 * x2, 0.0, 0.9999 );
    return ( f - vec3( f90 ) * x5 ) / ( 1.0 - x5 );
}
#ifdef USE_DIFFUSE_ROUGHNESS
	const float EON_EPSILON = 1e-7;
	float FON_DirectionalAlbedo( const in float mu, const in float roughness, const in float A ) {
		float muComp = 1.0 - mu;
		float gOverPi = muComp * ( 0.0571085289 + muComp * ( 0.491881867 + muComp * ( - 0.332181442 + muComp * 0.0714429953 ) ) );
		return A * ( 1.0 + roughness * gOverPi );
	}
	vec3 BRDF_EON( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in vec3 diffuseColor, const in float roughness ) {
		vec3 rho = saturate( diffuseColor );
		if ( roughness <= EON_EPSILON ) return BRDF_Lambert( rho );
		float dotNL = saturate( dot( normal, lightDir ) );
		float dotNV = saturate( dot( normal, viewDir ) );
		float s = dot( lightDir, viewDir ) - dotNL * dotNV;
		float sOverT = ( s > 0.0 ) ? s / max( max( dotNL, dotNV ), EON_EPSILON ) : s;
		float A = 1.0 / ( 1.0 + ( 0.5 - 2.0 / ( 3.0 * PI ) ) * roughness );
		vec3 singleScatter = rho * RECIPROCAL_PI * A * ( 1.0 + roughness * sOverT );
		float averageAlbedo = A * ( 1.0 + ( 2.0 / 3.0 - 28.0 / ( 15.0 * PI ) ) * roughness );
		float albedoV = FON_DirectionalAlbedo( dotNV, roughness, A );
		float albedoL = FON_DirectionalAlbedo( dotNL, roughness, A );
		vec3 rhoMultiScatter = rho * rho * averageAlbedo / max( vec3( EON_EPSILON ), vec3( 1.0 ) - rho * ( 1.0 - averageAlbedo ) );
		vec3 multiScatter = rhoMultiScatter * RECIPROCAL_PI
			* max( EON_EPSILON, 1.0 - albedoV )
			* max( EON_EPSILON, 1.0 - albedoL )
			/ max( EON_EPSILON, 1.0 - averageAlbedo );
		return singleScatter + multiScatter;
	}
	vec3 EON_DirectionalAlbedo( const in vec3 diffuseColor, const in float roughness, const in float dotNV ) {
		vec3 rho = saturate( diffuseColor );
		if ( roughness <= EON_EPSILON ) return rho;
		float A = 1.0 / ( 1.0 + ( 0.5 - 2.0 / ( 3.0 * PI ) ) * roughness );
		float directionalAlbedo = FON_DirectionalAlbedo( dotNV, roughness, A );
		float averageAlbedo = A * ( 1.0 + ( 2.0 / 3.0 - 28.0 / ( 15.0 * PI ) ) * roughness );
		vec3 rhoMultiScatter = rho * rho * averageAlbedo / max( vec3( EON_EPSILON ), vec3( 1.0 ) - rho * ( 1.0 - averageAlbedo ) );
		return rho * directionalAlbedo + rhoMultiScatter * ( 1.0 - directionalAlbedo );
	}
#endif
float V_GGX_SmithCorrelated( const in float alpha, const in float dotNL, const in float dotNV ) {
	float a2 = pow2( alpha );
	float gv = dotNL * sqrt( a2 + ( 1.0 - a2 ) * pow2( dotNV ) );
	float gl = dotNV * sqrt( a2 + ( 1.0 - a2 ) * pow2( dotNL ) );
	return 0.5 / max( gv + gl, EPSILON );
}
float D_GGX( const in float alpha, const in float dotNH ) {
	float a2 = pow2( alpha );
	float denom = pow2( dotNH ) * ( a2 - 1.0 ) + 1.0;
	return RECIPROCAL_PI * a2 / pow2( denom );
}
#ifdef USE_ANISOTROPY
	float V_GGX_SmithCorrelated_Anisotropic( const in float alphaT, const in float alphaB, const in float dotTV, const in float dotBV, const in float dotTL, const in float dotBL, const in float dotNV, const in float dotNL ) {
		float gv = dotNL * length( vec3( alphaT * dotTV, alphaB * dotBV, dotNV ) );
		float gl = dotNV * length( vec3( alphaT * dotTL, alphaB * dotBL, dotNL ) );
		return 0.5 / max( gv + gl, EPSILON );
	}
	float D_GGX_Anisotropic( const in float alphaT, const in float alphaB, const in float dotNH, const in float dotTH, const in float dotBH ) {
		float a2 = alphaT * alphaB;
		highp vec3 v = vec3( alphaB * dotTH, alphaT * dotBH, a2 * dotNH );
		highp float v2 = dot( v, v );
		float w2 = a2 / v2;
		return RECIPROCAL_PI * a2 * pow2 ( w2 );
	}
#endif
#ifdef USE_CLEARCOAT
	vec3 BRDF_GGX_Clearcoat( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in PhysicalMaterial material) {
		vec3 f0 = material.clearcoatF0;
		float f90 = material.clearcoatF90;
		float roughness = max( material.clearcoatRoughness, 0.045 );
		float alpha = pow2( roughness );
		vec3 halfDir = normalize( lightDir + viewDir );
		float dotNL = saturate( dot( normal, lightDir ) );
		float dotNV = saturate( dot( normal, viewDir ) );
		float dotNH = saturate( dot( normal, halfDir ) );
		float dotVH = saturate( dot( viewDir, halfDir ) );
		vec3 F = F_Schlick( f0, f90, dotVH );
		float V = V_GGX_SmithCorrelated( alpha, dotNL, dotNV );
		float D = D_GGX( alpha, dotNH );
		return F * ( V * D );
	}
#endif
vec3 BRDF_GGX( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in PhysicalMaterial material ) {
	vec3 f0 = material.specularColorBlended;
	float f90 = material.specularF90;
	float roughness = max( material.roughness, 0.045 );
	float alpha = pow2( roughness );
	vec3 halfDir = normalize( lightDir + viewDir );
	float dotNL = saturate( dot( normal, lightDir ) );
	float dotNV = saturate( dot( normal, viewDir ) );
	float dotNH = saturate( dot( normal, halfDir ) );
	float dotVH = saturate( dot( viewDir, halfDir ) );
	vec3 F = F_Schlick( f0, f90, dotVH );
	#ifdef USE_IRIDESCENCE
		F = mix( F, material.iridescenceFresnel, material.iridescence );
	#endif
	#ifdef USE_ANISOTROPY
		float dotTL = dot( material.anisotropyT, lightDir );
		float dotTV = dot( material.anisotropyT, viewDir );
		float dotTH = dot( material.anisotropyT, halfDir );
		float dotBL = dot( material.anisotropyB, lightDir );
		float dotBV = dot( material.anisotropyB, viewDir );
		float dotBH = dot( material.anisotropyB, halfDir );
		float alphaT = max( material.alphaT, alpha );
		float V = V_GGX_SmithCorrelated_Anisotropic( alphaT, alpha, dotTV, dotBV, dotTL, dotBL, dotNV, dotNL );
		float D = D_GGX_Anisotropic( alphaT, alpha, dotNH, dotTH, dotBH );
	#else
		float V = V_GGX_SmithCorrelated( alpha, dotNL, dotNV );
		float D = D_GGX( alpha, dotNH );
	#endif
	return F * ( V * D );
}
vec2 LTC_Uv( const in vec3 N, const in vec3 V, const in float roughness ) {
	const float LUT_SIZE = 64.0;
	const float LUT_SCALE = ( LUT_SIZE - 1.0 ) / LUT_SIZE;
	const float LUT_BIAS = 0.5 / LUT_SIZE;
	float dotNV = saturate( dot( N, V ) );
	vec2 uv = vec2( roughness, sqrt( 1.0 - dotNV ) );
	uv = uv * LUT_SCALE + LUT_BIAS;
	return uv;
}
float LTC_ClippedSphereFormFactor( const in vec3 f ) {
	float l = length( f );
	return max( ( l * l + f.z ) / ( l + 1.0 ), 0.0 );
}
vec3 LTC_EdgeVectorFormFactor( const in vec3 v1, const in vec3 v2 ) {
	float x = dot( v1, v2 );
	float y = abs( x );
	float a = 0.8543985 + ( 0.4965155 + 0.0145206 * y ) * y;
	float b = 3.4175940 + ( 4.1616724 + y ) * y;
	float v = a / b;
	float theta_sintheta = ( x > 0.0 ) ? v : 0.5 * inversesqrt( max( 1.0 - x * x, 1e-7 ) ) - v;
	return cross( v1, v2 ) * theta_sintheta;
}
vec3 LTC_Evaluate( const in vec3 N, const in vec3 V, const in vec3 P, const in mat3 mInv, const in vec3 rectCoords[ 4 ] ) {
	vec3 v1 = rectCoords[ 1 ] - rectCoords[ 0 ];
	vec3 v2 = rectCoords[ 3 ] - rectCoords[ 0 ];
	vec3 lightNormal = cross( v1, v2 );
	if( dot( lightNormal, P - rectCoords[ 0 ] ) < 0.0 ) return vec3( 0.0 );
	vec3 T1, T2;
	T1 = normalize( V - N * dot( V, N ) );
	T2 = - cross( N, T1 );
	mat3 mat = mInv * transpose( mat3( T1, T2, N ) );
	vec3 coords[ 4 ];
	coords[ 0 ] = mat * ( rectCoords[ 0 ] - P );
	coords[ 1 ] = mat * ( rectCoords[ 1 ] - P );
	coords[ 2 ] = mat * ( rectCoords[ 2 ] - P );
	coords[ 3 ] = mat * ( rectCoords[ 3 ] - P );
	coords[ 0 ] = normalize( coords[ 0 ] );
	coords[ 1 ] = normalize( coords[ 1 ] );
	coords[ 2 ] = normalize( coords[ 2 ] );
	coords[ 3 ] = normalize( coords[ 3 ] );
	vec3 vectorFormFactor = vec3( 0.0 );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 0 ], coords[ 1 ] );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 1 ], coords[ 2 ] );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 2 ], coords[ 3 ] );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 3 ], coords[ 0 ] );
	float result = LTC_ClippedSphereFormFactor( vectorFormFactor );
	return vec3( result );
}
#if defined( USE_SHEEN )
float D_Charlie( float roughness, float dotNH ) {
	float alpha = pow2( roughness );
	float invAlpha = 1.0 / alpha;
	float cos2h = dotNH * dotNH;
	float sin2h = max( 1.0 - cos2h, 0.0078125 );
	return ( 2.0 + invAlpha ) * pow( sin2h, invAlpha * 0.5 ) / ( 2.0 * PI );
}
float V_Neubelt( float dotNV, float dotNL ) {
	return saturate( 1.0 / ( 4.0 * ( dotNL + dotNV - dotNL * dotNV ) ) );
}
vec3 BRDF_Sheen( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, vec3 sheenColor, const in float sheenRoughness ) {
	vec3 halfDir = normalize( lightDir + viewDir );
	float dotNL = saturate( dot( normal, lightDir ) );
	float dotNV = saturate( dot( normal, viewDir ) );
	float dotNH = saturate( dot( normal, halfDir ) );
	float D = D_Charlie( sheenRoughness, dotNH );
	float V = V_Neubelt( dotNV, dotNL );
	return sheenColor * ( D * V );
}
#endif
float IBLSheenBRDF( const in vec3 normal, const in vec3 viewDir, const in float roughness ) {
	float dotNV = saturate( dot( normal, viewDir ) );
	float r2 = roughness * roughness;
	float rInv = 1.0 / ( roughness + 0.1 );
	float a = -1.9362 + 1.0678 * roughness + 0.4573 * r2 - 0.8469 * rInv;
	float b = -0.6014 + 0.5538 * roughness - 0.4670 * r2 - 0.1255 * rInv;
	float DG = exp( a * dotNV + b );
	return saturate( DG );
}
vec3 EnvironmentBRDF( const in vec3 normal, const in vec3 viewDir, const in vec3 specularColor, const in float specularF90, const in float roughness ) {
	float dotNV = saturate( dot( normal, viewDir ) );
	vec2 fab = texture2D( dfgLUT, vec2( roughness, dotNV ) ).rg;
	return specularColor * fab.x + specularF90 * fab.y;
}
#ifdef USE_IRIDESCENCE
void computeMultiscatteringIridescence( const in vec2 fab, const in vec3 specularColor, const in float specularF90, const in float iridescence, const in vec3 iridescenceF0, inout vec3 singleScatter, inout vec3 multiScatter ) {
#else
void computeMultiscattering( const in vec2 fab, const in vec3 specularColor, const in float specularF90, inout vec3 singleScatter, inout vec3 multiScatter ) {
#endif
	#ifdef USE_IRIDESCENCE
		vec3 Fr = mix( specularColor, iridescenceF0, iridescence );
	#else
		vec3 Fr = specularColor;
	#endif
	vec3 FssEss = Fr * fab.x + specularF90 * fab.y;
	float Ess = fab.x + fab.y;
	float Ems = 1.0 - Ess;
	vec3 Favg = Fr + ( 1.0 - Fr ) * 0.047619;	vec3 Fms = FssEss * Favg / ( 1.0 - Ems * Favg );
	singleScatter += FssEss;
	multiScatter += Fms * Ems;
}
#if NUM_RECT_AREA_LIGHTS > 0
	void RE_Direct_RectArea_Physical( const in RectAreaLight rectAreaLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight ) {
		vec3 normal = geometryNormal;
		vec3 viewDir = geometryViewDir;
		vec3 position = geometryPosition;
		vec3 lightPos = rectAreaLight.position;
		vec3 halfWidth = rectAreaLight.halfWidth;
		vec3 halfHeight = rectAreaLight.halfHeight;
		vec3 lightColor = rectAreaLight.color;
		float roughness = material.roughness;
		vec3 rectCoords[ 4 ];
		rectCoords[ 0 ] = lightPos + halfWidth - halfHeight;		rectCoords[ 1 ] = lightPos - halfWidth - halfHeight;
		rectCoords[ 2 ] = lightPos - halfWidth + halfHeight;
		rectCoords[ 3 ] = lightPos + halfWidth + halfHeight;
		vec2 uv = LTC_Uv( normal, viewDir, roughness );
		vec4 t1 = texture2D( ltc_1, uv );
		vec4 t2 = texture2D( ltc_2, uv );
		mat3 mInv = mat3(
			vec3( t1.x, 0, t1.y ),
			vec3(    0, 1,    0 ),
			vec3( t1.z, 0, t1.w )
		);
		vec3 fresnel = ( material.specularColorBlended * t2.x + ( material.specularF90 - material.specularColorBlended ) * t2.y );
		reflectedLight.directSpecular += lightColor * fresnel * LTC_Evaluate( normal, viewDir, position, mInv, rectCoords );
		reflectedLight.directDiffuse += lightColor * material.diffuseContribution * LTC_Evaluate( normal, viewDir, position, mat3( 1.0 ), rectCoords );
		#ifdef USE_CLEARCOAT
			vec3 Ncc = geometryClearcoatNormal;
			vec2 uvClearcoat = LTC_Uv( Ncc, viewDir, material.clearcoatRoughness );
			vec4 t1Clearcoat = texture2D( ltc_1, uvClearcoat );
			vec4 t2Clearcoat = texture2D( ltc_2, uvClearcoat );
			mat3 mInvClearcoat = mat3(
				vec3( t1Clearcoat.x, 0, t1Clearcoat.y ),
				vec3(             0, 1,             0 ),
				vec3( t1Clearcoat.z, 0, t1Clearcoat.w )
			);
			vec3 fresnelClearcoat = material.clearcoatF0 * t2Clearcoat.x + ( material.clearcoatF90 - material.clearcoatF0 ) * t2Clearcoat.y;
			clearcoatSpecularDirect += lightColor * fresnelClearcoat * LTC_Evaluate( Ncc, viewDir, position, mInvClearcoat, rectCoords );
		#endif
	}
#endif
void RE_Direct_Physical( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight ) {
	float dotNL = saturate( dot( geometryNormal, directLight.direction ) );
	vec3 irradiance = dotNL * directLight.color;
	#ifdef USE_CLEARCOAT
		float dotNLcc = saturate( dot( geometryClearcoatNormal, directLight.direction ) );
		vec3 ccIrradiance = dotNLcc * directLight.color;
		clearcoatSpecularDirect += ccIrradiance * BRDF_GGX_Clearcoat( directLight.direction, geometryViewDir, geometryClearcoatNormal, material );
	#endif
	#ifdef USE_SHEEN
 
 		sheenSpecularDirect += irradiance * BRDF_Sheen( directLight.direction, geometryViewDir, geometryNormal, material.sheenColor, material.sheenRoughness );
 
 		float sheenAlbedoV = IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness );
 		float sheenAlbedoL = IBLSheenBRDF( geometryNormal, directLight.direction, material.sheenRoughness );
 
 		float sheenEnergyComp = 1.0 - max3( material.sheenColor ) * max( sheenAlbedoV, sheenAlbedoL );
 
 		irradiance *= sheenEnergyComp;
 
 	#endif
	vec3 specularBRDF = BRDF_GGX( directLight.direction, geometryViewDir, geometryNormal, material );
	#ifdef USE_RETROREFLECTION
		vec3 retroViewDir = reflect( - geometryViewDir, geometryNormal );
		vec3 retroSpecularBRDF = BRDF_GGX( directLight.direction, retroViewDir, geometryNormal, material );
		specularBRDF = mix( specularBRDF, retroSpecularBRDF, saturate( material.retroreflectivity ) );
	#endif
	reflectedLight.directSpecular += irradiance * specularBRDF * material.multiScatteringCompensation;
	vec3 halfDir = normalize( directLight.direction + geometryViewDir );
	float dotVH = saturate( dot( geometryViewDir, halfDir ) );
	vec3 F = F_Schlick( material.specularColor, material.specularF90, dotVH );
	#ifdef USE_RETROREFLECTION
		vec3 retroHalfDir = normalize( directLight.direction + retroViewDir );
		float dotRetroVH = saturate( dot( retroViewDir, retroHalfDir ) );
		vec3 retroF = F_Schlick( material.specularColor, material.specularF90, dotRetroVH );
		F = mix( F, retroF, saturate( material.retroreflectivity ) );
	#endif
	#ifdef USE_DIFFUSE_ROUGHNESS
		vec3 diffuseBRDF = BRDF_EON( directLight.direction, geometryViewDir, geometryNormal, material.diffuseColor, material.diffuseRoughness ) * ( 1.0 - material.metalness );
	#else
		vec3 diffuseBRDF = BRDF_Lambert( material.diffuseContribution );
	#endif
	reflectedLight.directDiffuse += irradiance * diffuseBRDF * ( 1.0 - F );
}
void RE_IndirectDiffuse_Physical( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight ) {
	vec3 singleScattering = vec3( 0.0 );
	vec3 multiScattering = vec3( 0.0 );
	#ifdef USE_IRIDESCENCE
		computeMultiscatteringIridescence( material.dfg, material.specularColor, material.specularF90, material.iridescence, material.iridescenceF0Dielectric, singleScattering, multiScattering );
	#else
		computeMultiscattering( material.dfg, material.specularColor, material.specularF90, singleScattering, multiScattering );
	#endif
	#ifdef USE_DIFFUSE_ROUGHNESS
		float dotNV = saturate( dot( geometryNormal, geometryViewDir ) );
		vec3 diffuseAlbedo = EON_DirectionalAlbedo( material.diffuseColor, material.diffuseRoughness, dotNV ) * ( 1.0 - material.metalness );
		vec3 diffuse = irradiance * RECIPROCAL_PI * diffuseAlbedo * ( 1.0 - singleScattering - multiScattering );
	#else
		vec3 diffuse = irradiance * BRDF_Lambert( material.diffuseContribution ) * ( 1.0 - singleScattering - multiScattering );
	#endif
	#ifdef USE_SHEEN
		float sheenAlbedo = IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness );
		sheenSpecularIndirect += irradiance * material.sheenColor * sheenAlbedo * RECIPROCAL_PI;
		float sheenEnergyComp = 1.0 - max3( material.sheenColor ) * sheenAlbedo;
		diffuse *= sheenEnergyComp;
	#endif
	reflectedLight.indirectDiffuse += diffuse;
}
void RE_IndirectSpecular_Physical( const in vec3 radiance, const in vec3 irradiance, const in vec3 clearcoatRadiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight) {
	#ifdef USE_CLEARCOAT
		clearcoatSpecularIndirect += clearcoatRadiance * EnvironmentBRDF( geometryClearcoatNormal, geometryViewDir, material.clearcoatF0, material.clearcoatF90, material.clearcoatRoughness );
	#endif
	#ifdef USE_SHEEN
		sheenSpecularIndirect += irradiance * material.sheenColor * IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness ) * RECIPROCAL_PI;
 	#endif
	vec3 singleScatteringDielectric = vec3( 0.0 );
	vec3 multiScatteringDielectric = vec3( 0.0 );
	vec3 singleScatteringMetallic = vec3( 0.0 );
	vec3 multiScatteringMetallic = vec3( 0.0 );
	#ifdef USE_IRIDESCENCE
		computeMultiscatteringIridescence( material.dfg, material.specularColor, material.specularF90, material.iridescence, material.iridescenceF0Dielectric, singleScatteringDielectric, multiScatteringDielectric );
		computeMultiscatteringIridescence( material.dfg, material.diffuseColor, material.specularF90, material.iridescence, material.iridescenceF0Metallic, singleScatteringMetallic, multiScatteringMetallic );
	#else
		computeMultiscattering( material.dfg, material.specularColor, material.specularF90, singleScatteringDielectric, multiScatteringDielectric );
		computeMultiscattering( material.dfg, material.diffuseColor, material.specularF90, singleScatteringMetallic, multiScatteringMetallic );
	#endif
	vec3 singleScattering = mix( singleScatteringDielectric, singleScatteringMetallic, material.metalness );
	vec3 multiScattering = mix( multiScatteringDielectric, multiScatteringMetallic, material.metalness );
	vec3 totalScatteringDielectric = singleScatteringDielectric + multiScatteringDielectric;
	#ifdef USE_DIFFUSE_ROUGHNESS
		float dotNV = saturate( dot( geometryNormal, geometryViewDir ) );
		vec3 diffuse = EON_DirectionalAlbedo( material.diffuseColor, material.diffuseRoughness, dotNV ) * ( 1.0 - material.metalness ) * ( 1.0 - totalScatteringDielectric );
	#else
		vec3 diffuse = material.diffuseContribution * ( 1.0 - totalScatteringDielectric );
	#endif
	vec3 cosineWeightedIrradiance = irradiance * RECIPROCAL_PI;
	vec3 indirectSpecular = radiance * singleScattering;
	indirectSpecular += multiScattering * cosineWeightedIrradiance;
	vec3 indirectDiffuse = diffuse * cosineWeightedIrradiance;
	#ifdef USE_SHEEN
		float sheenAlbedo = IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness );
		float sheenEnergyComp = 1.0 - max3( material.sheenColor ) * sheenAlbedo;
		indirectSpecular *= sheenEnergyComp;
		indirectDiffuse *= sheenEnergyComp;
	#endif
	reflectedLight.indirectSpecular += indirectSpecular;
	reflectedLight.indirectDiffuse += indirectDiffuse;
}
#define RE_Direct				RE_Direct_Physical
#define RE_Direct_RectArea		RE_Direct_RectArea_Physical
#define RE_IndirectDiffuse		RE_IndirectDiffuse_Physical
#define RE_IndirectSpecular		RE_IndirectSpecular_Physical
float computeSpecularOcclusion( const in float dotNV, const in float ambientOcclusion, const in float roughness ) {
	return saturate( pow( dotNV + ambientOcclusion, exp2( - 16.0 * roughness - 1.0 ) ) - 1.0 + ambientOcclusion );
}`,VS=`
vec3 geometryPosition = - vViewPosition;
vec3 geometryNormal = normal;
vec3 geometryViewDir = ( isOrthographic ) ? vec3( 0, 0, 1 ) : normalize( vViewPosition );
vec3 geometryClearcoatNormal = vec3( 0.0 );
#ifdef USE_CLEARCOAT
	geometryClearcoatNormal = clearcoatNormal;
#endif
#ifdef USE_IRIDESCENCE
	float dotNVi = saturate( dot( normal, geometryViewDir ) );
	if ( material.iridescenceThickness == 0.0 ) {
		material.iridescence = 0.0;
	} else {
		material.iridescence = saturate( material.iridescence );
	}
	if ( material.iridescence > 0.0 ) {
		vec3 iridescenceFresnelDielectric = evalIridescence( 1.0, material.iridescenceIOR, dotNVi, material.iridescenceThickness, material.specularColor );
		vec3 iridescenceFresnelMetallic = evalIridescence( 1.0, material.iridescenceIOR, dotNVi, material.iridescenceThickness, material.diffuseColor );
		material.iridescenceFresnel = mix( iridescenceFresnelDielectric, iridescenceFresnelMetallic, material.metalness );
		material.iridescenceF0Dielectric = Schlick_to_F0( iridescenceFresnelDielectric, 1.0, dotNVi );
		material.iridescenceF0Metallic = Schlick_to_F0( iridescenceFresnelMetallic, 1.0, dotNVi );
	}
#endif
#ifdef STANDARD
	float dotNVms = saturate( dot( geometryNormal, geometryViewDir ) );
	material.dfg = texture2D( dfgLUT, vec2( material.roughness, dotNVms ) ).rg;
	#if ( NUM_SUN_LIGHTS > 0 || NUM_DIR_LIGHTS > 0 || NUM_POINT_LIGHTS > 0 || NUM_SPOT_LIGHTS > 0 )
		float EssMs = material.dfg.x + material.dfg.y;
		material.multiScatteringCompensation = 1.0 + material.specularColorBlended * ( 1.0 / EssMs - 1.0 );
	#endif
#endif
IncidentLight directLight;
#if ( NUM_POINT_LIGHTS > 0 ) && defined( RE_Direct )
	PointLight pointLight;
	#if defined( USE_SHADOWMAP ) && NUM_POINT_LIGHT_SHADOWS > 0
	PointLightShadow pointLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_POINT_LIGHTS; i ++ ) {
		pointLight = pointLights[ i ];
		getPointLightInfo( pointLight, geometryPosition, directLight );
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_POINT_LIGHT_SHADOWS ) && ( defined( SHADOWMAP_TYPE_PCF ) || defined( SHADOWMAP_TYPE_BASIC ) )
		pointLightShadow = pointLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getPointShadow( pointShadowMap[ i ], pointLightShadow.shadowMapSize, pointLightShadow.shadowIntensity, pointLightShadow.shadowBias, pointLightShadow.shadowRadius, vPointShadowCoord[ i ], pointLightShadow.shadowCameraNear, pointLightShadow.shadowCameraFar ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_SPOT_LIGHTS > 0 ) && defined( RE_Direct )
	SpotLight spotLight;
	vec4 spotColor;
	vec3 spotLightCoord;
	bool inSpotLightMap;
	#if defined( USE_SHADOWMAP ) && NUM_SPOT_LIGHT_SHADOWS > 0
	SpotLightShadow spotLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SPOT_LIGHTS; i ++ ) {
		spotLight = spotLights[ i ];
		getSpotLightInfo( spotLight, geometryPosition, directLight );
		#if ( UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS_WITH_MAPS )
		#define SPOT_LIGHT_MAP_INDEX UNROLLED_LOOP_INDEX
		#elif ( UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS )
		#define SPOT_LIGHT_MAP_INDEX NUM_SPOT_LIGHT_MAPS
		#else
		#define SPOT_LIGHT_MAP_INDEX ( UNROLLED_LOOP_INDEX - NUM_SPOT_LIGHT_SHADOWS + NUM_SPOT_LIGHT_SHADOWS_WITH_MAPS )
		#endif
		#if ( SPOT_LIGHT_MAP_INDEX < NUM_SPOT_LIGHT_MAPS )
			spotLightCoord = vSpotLightCoord[ i ].xyz / vSpotLightCoord[ i ].w;
			inSpotLightMap = all( lessThan( abs( spotLightCoord * 2. - 1. ), vec3( 1.0 ) ) );
			spotColor = texture2D( spotLightMap[ SPOT_LIGHT_MAP_INDEX ], spotLightCoord.xy );
			directLight.color = inSpotLightMap ? directLight.color * spotColor.rgb : directLight.color;
		#endif
		#undef SPOT_LIGHT_MAP_INDEX
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS )
		spotLightShadow = spotLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getShadow( spotShadowMap[ i ], spotLightShadow.shadowMapSize, spotLightShadow.shadowIntensity, spotLightShadow.shadowBias, spotLightShadow.shadowRadius, vSpotLightCoord[ i ] ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_SUN_LIGHTS > 0 ) && defined( RE_Direct )
	SunLight sunLight;
	#if defined( USE_SHADOWMAP ) && NUM_SUN_LIGHT_SHADOWS > 0
	SunLightShadow sunLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SUN_LIGHTS; i ++ ) {
		sunLight = sunLights[ i ];
		getSunLightInfo( sunLight, directLight );
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_SUN_LIGHT_SHADOWS )
		sunLightShadow = sunLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getSunShadow( sunShadowMap[ i ], sunLightShadow, UNROLLED_LOOP_INDEX ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_DIR_LIGHTS > 0 ) && defined( RE_Direct )
	DirectionalLight directionalLight;
	#if defined( USE_SHADOWMAP ) && NUM_DIR_LIGHT_SHADOWS > 0
	DirectionalLightShadow directionalLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_DIR_LIGHTS; i ++ ) {
		directionalLight = directionalLights[ i ];
		getDirectionalLightInfo( directionalLight, directLight );
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_DIR_LIGHT_SHADOWS )
		directionalLightShadow = directionalLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getShadow( directionalShadowMap[ i ], directionalLightShadow.shadowMapSize, directionalLightShadow.shadowIntensity, directionalLightShadow.shadowBias, directionalLightShadow.shadowRadius, vDirectionalShadowCoord[ i ] ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_RECT_AREA_LIGHTS > 0 ) && defined( RE_Direct_RectArea )
	RectAreaLight rectAreaLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_RECT_AREA_LIGHTS; i ++ ) {
		rectAreaLight = rectAreaLights[ i ];
		RE_Direct_RectArea( rectAreaLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if defined( RE_IndirectDiffuse )
	vec3 iblIrradiance = vec3( 0.0 );
	vec3 irradiance = getAmbientLightIrradiance( ambientLightColor );
	#if defined( USE_LIGHT_PROBES )
		irradiance += getLightProbeIrradiance( lightProbe, geometryNormal );
	#endif
	#if ( NUM_HEMI_LIGHTS > 0 )
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_HEMI_LIGHTS; i ++ ) {
			irradiance += getHemisphereLightIrradiance( hemisphereLights[ i ], geometryNormal );
		}
		#pragma unroll_loop_end
	#endif
	#if NUM_LIGHT_PROBE_GRIDS > 0
		vec3 probeWorldPos = ( ( vec4( geometryPosition, 1.0 ) - viewMatrix[ 3 ] ) * viewMatrix ).xyz;
		vec3 probeWorldNormal = transformNormalByInverseViewMatrix( geometryNormal, viewMatrix );
		int probeGrid = - 1;
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_LIGHT_PROBE_GRIDS; i ++ ) {
			if ( isInsideLightProbeGrid( probeWorldPos, probeWorldNormal, probesMin[ i ], probesMax[ i ], probesResolution[ i ] ) ) probeGrid = UNROLLED_LOOP_INDEX;
		}
		#pragma unroll_loop_end
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_LIGHT_PROBE_GRIDS; i ++ ) {
			if ( probeGrid == UNROLLED_LOOP_INDEX ) irradiance += getLightProbeGridIrradiance( probesSH[ i ], probesMin[ i ], probesMax[ i ], probesResolution[ i ], probeWorldPos, probeWorldNormal );
		}
		#pragma unroll_loop_end
	#endif
#endif
#if defined( RE_IndirectSpecular )
	vec3 radiance = vec3( 0.0 );
	vec3 clearcoatRadiance = vec3( 0.0 );
#endif`,GS=`#if defined( RE_IndirectDiffuse )
	#ifdef USE_LIGHTMAP
		vec4 lightMapTexel = texture2D( lightMap, vLightMapUv );
		vec3 lightMapIrradiance = lightMapTexel.rgb * lightMapIntensity;
		irradiance += lightMapIrradiance;
	#endif
	#if defined( USE_ENVMAP ) && defined( ENVMAP_TYPE_PMREM )
		#if defined( STANDARD ) || defined( LAMBERT ) || defined( PHONG )
			iblIrradiance += getIBLIrradiance( geometryNormal );
		#endif
	#endif
#endif
#if defined( USE_ENVMAP ) && defined( RE_IndirectSpecular )
	#ifdef USE_ANISOTROPY
		vec3 iblRadiance = getIBLAnisotropyRadiance( geometryViewDir, geometryNormal, material.roughness, material.anisotropyB, material.anisotropy );
	#else
		vec3 iblRadiance = getIBLRadiance( geometryViewDir, geometryNormal, material.roughness );
	#endif
	#ifdef USE_RETROREFLECTION
		#ifdef USE_ANISOTROPY
			vec3 retroIBLRadiance = getIBLAnisotropyRetroRadiance( geometryViewDir, geometryNormal, material.roughness, material.anisotropyB, material.anisotropy );
		#else
			vec3 retroIBLRadiance = getIBLRetroRadiance( geometryViewDir, geometryNormal, material.roughness );
		#endif
		iblRadiance = mix( iblRadiance, retroIBLRadiance, saturate( material.retroreflectivity ) );
	#endif
	radiance += iblRadiance;
	#ifdef USE_CLEARCOAT
		clearcoatRadiance += getIBLRadiance( geometryViewDir, geometryClearcoatNormal, material.clearcoatRoughness );
	#endif
#endif`,HS=`#if defined( RE_IndirectDiffuse )
	#if defined( LAMBERT ) || defined( PHONG )
		irradiance += iblIrradiance;
	#endif
	RE_IndirectDiffuse( irradiance, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
#endif
#if defined( RE_IndirectSpecular )
	RE_IndirectSpecular( radiance, iblIrradiance, clearcoatRadiance, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
#endif`,WS=`#if NUM_LIGHT_PROBE_GRIDS > 0
uniform highp sampler3D probesSH[ NUM_LIGHT_PROBE_GRIDS ];
uniform vec3 probesMin[ NUM_LIGHT_PROBE_GRIDS ];
uniform vec3 probesMax[ NUM_LIGHT_PROBE_GRIDS ];
uniform vec3 probesResolution[ NUM_LIGHT_PROBE_GRIDS ];
bool isInsideLightProbeGrid( vec3 worldPos, vec3 worldNormal, vec3 probesMin, vec3 probesMax, vec3 probesResolution ) {
	vec3 spacing = ( probesMax - probesMin ) / probesResolution;
	vec3 samplePos = worldPos + worldNormal * spacing * 0.5;
	vec3 margin = spacing * 0.01;
	return all( greaterThanEqual( samplePos, probesMin - margin ) ) && all( lessThanEqual( samplePos, probesMax + margin ) );
}
vec3 getLightProbeGridIrradiance( highp sampler3D probesSH, vec3 probesMin, vec3 probesMax, vec3 probesResolution, vec3 worldPos, vec3 worldNormal ) {
	vec3 res = probesResolution;
	vec3 gridRange = probesMax - probesMin;
	vec3 probeSpacing = gridRange / res;
	vec3 samplePos = worldPos + worldNormal * probeSpacing * 0.5;
	vec3 uvw = clamp( ( samplePos - probesMin ) / gridRange, 0.5 / res, 1.0 - 0.5 / res );
	float nz          = res.z;
	float paddedSlices = nz + 2.0;
	float atlasDepth  = 7.0 * paddedSlices;
	float uvZBase     = uvw.z * nz + 1.0;
	vec4 s0 = texture( probesSH, vec3( uvw.xy, ( uvZBase                       ) / atlasDepth ) );
	vec4 s1 = texture( probesSH, vec3( uvw.xy, ( uvZBase +       paddedSlices   ) / atlasDepth ) );
	vec4 s2 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 2.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s3 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 3.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s4 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 4.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s5 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 5.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s6 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 6.0 * paddedSlices   ) / atlasDepth ) );
	vec3 c0 = s0.xyz;
	vec3 c1 = vec3( s0.w, s1.xy );
	vec3 c2 = vec3( s1.zw, s2.x );
	vec3 c3 = s2.yzw;
	vec3 c4 = s3.xyz;
	vec3 c5 = vec3( s3.w, s4.xy );
	vec3 c6 = vec3( s4.zw, s5.x );
	vec3 c7 = s5.yzw;
	vec3 c8 = s6.xyz;
	float x = worldNormal.x, y = worldNormal.y, z = worldNormal.z;
	vec3 result = c0 * 0.886227;
	result += c1 * 2.0 * 0.511664 * y;
	result += c2 * 2.0 * 0.511664 * z;
	result += c3 * 2.0 * 0.511664 * x;
	result += c4 * 2.0 * 0.429043 * x * y;
	result += c5 * 2.0 * 0.429043 * y * z;
	result += c6 * ( 0.743125 * z * z - 0.247708 );
	result += c7 * 2.0 * 0.429043 * x * z;
	result += c8 * 0.429043 * ( x * x - y * y );
	return max( result, vec3( 0.0 ) );
}
#endif`,XS=`#if defined( USE_LOGARITHMIC_DEPTH_BUFFER )
	gl_FragDepth = vIsPerspective == 0.0 ? gl_FragCoord.z : log2( vFragDepth ) * logDepthBufFC * 0.5;
#endif`,qS=`#if defined( USE_LOGARITHMIC_DEPTH_BUFFER )
	uniform float logDepthBufFC;
	varying float vFragDepth;
	varying float vIsPerspective;
#endif`,YS=`#ifdef USE_LOGARITHMIC_DEPTH_BUFFER
	varying float vFragDepth;
	varying float vIsPerspective;
#endif`,$S=`#ifdef USE_LOGARITHMIC_DEPTH_BUFFER
	vFragDepth = 1.0 + gl_Position.w;
	vIsPerspective = float( isPerspectiveMatrix( projectionMatrix ) );
#endif`,ZS=`#ifdef USE_MAP
	vec4 sampledDiffuseColor = texture2D( map, vMapUv );
	#ifdef DECODE_VIDEO_TEXTURE
		sampledDiffuseColor = sRGBTransferEOTF( sampledDiffuseColor );
	#endif
	diffuseColor *= sampledDiffuseColor;
#endif`,JS=`#ifdef USE_MAP
	uniform sampler2D map;
#endif`,jS=`#if defined( USE_MAP ) || defined( USE_ALPHAMAP )
	#if defined( USE_POINTS_UV )
		vec2 uv = vUv;
	#else
		vec2 uv = ( uvTransform * vec3( gl_PointCoord.x, 1.0 - gl_PointCoord.y, 1 ) ).xy;
	#endif
#endif
#ifdef USE_MAP
	diffuseColor *= texture2D( map, uv );
#endif
#ifdef USE_ALPHAMAP
	diffuseColor.a *= texture2D( alphaMap, uv ).g;
#endif`,KS=`#if defined( USE_POINTS_UV )
	varying vec2 vUv;
#else
	#if defined( USE_MAP ) || defined( USE_ALPHAMAP )
		uniform mat3 uvTransform;
	#endif
#endif
#ifdef USE_MAP
	uniform sampler2D map;
#endif
#ifdef USE_ALPHAMAP
	uniform sampler2D alphaMap;
#endif`,QS=`float metalnessFactor = metalness;
#ifdef USE_METALNESSMAP
	vec4 texelMetalness = texture2D( metalnessMap, vMetalnessMapUv );
	metalnessFactor *= texelMetalness.b;
#endif`,tM=`#ifdef USE_METALNESSMAP
	uniform sampler2D metalnessMap;
#endif`,eM=`#ifdef USE_INSTANCING_MORPH
	float morphTargetInfluences[ MORPHTARGETS_COUNT ];
	float morphTargetBaseInfluence = texelFetch( morphTexture, ivec2( 0, gl_InstanceID ), 0 ).r;
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		morphTargetInfluences[i] =  texelFetch( morphTexture, ivec2( i + 1, gl_InstanceID ), 0 ).r;
	}
#endif`,nM=`#if defined( USE_MORPHCOLORS )
	#if defined( USE_COLOR_ALPHA )
		vColor *= morphTargetBaseInfluence;
	#elif defined( USE_COLOR )
		vColor.rgb *= morphTargetBaseInfluence;
	#endif
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		#if defined( USE_COLOR_ALPHA )
			if ( morphTargetInfluences[ i ] != 0.0 ) vColor += getMorph( gl_VertexID, i, 2 ) * morphTargetInfluences[ i ];
		#elif defined( USE_COLOR )
			if ( morphTargetInfluences[ i ] != 0.0 ) vColor.rgb += getMorph( gl_VertexID, i, 2 ).rgb * morphTargetInfluences[ i ];
		#endif
	}
#endif`,iM=`#ifdef USE_MORPHNORMALS
	objectNormal *= morphTargetBaseInfluence;
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		if ( morphTargetInfluences[ i ] != 0.0 ) objectNormal += getMorph( gl_VertexID, i, 1 ).xyz * morphTargetInfluences[ i ];
	}
#endif`,sM=`#ifdef USE_MORPHTARGETS
	#ifndef USE_INSTANCING_MORPH
		uniform float morphTargetBaseInfluence;
		uniform float morphTargetInfluences[ MORPHTARGETS_COUNT ];
	#endif
	uniform sampler2DArray morphTargetsTexture;
	uniform ivec2 morphTargetsTextureSize;
	vec4 getMorph( const in int vertexIndex, const in int morphTargetIndex, const in int offset ) {
		int texelIndex = vertexIndex * MORPHTARGETS_TEXTURE_STRIDE + offset;
		int y = texelIndex / morphTargetsTextureSize.x;
		int x = texelIndex - y * morphTargetsTextureSize.x;
		ivec3 morphUV = ivec3( x, y, morphTargetIndex );
		return texelFetch( morphTargetsTexture, morphUV, 0 );
	}
#endif`,rM=`#ifdef USE_MORPHTARGETS
	transformed *= morphTargetBaseInfluence;
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		if ( morphTargetInfluences[ i ] != 0.0 ) transformed += getMorph( gl_VertexID, i, 0 ).xyz * morphTargetInfluences[ i ];
	}
#endif`,oM=`float faceDirection = gl_FrontFacing ? 1.0 : - 1.0;
#ifdef FLAT_SHADED
	vec3 fdx = dFdx( vViewPosition );
	vec3 fdy = dFdy( vViewPosition );
	vec3 normal = normalize( cross( fdx, fdy ) );
#else
	vec3 normal = normalize( vNormal );
	#ifdef DOUBLE_SIDED
		normal *= faceDirection;
	#endif
#endif
#if defined( USE_NORMALMAP_TANGENTSPACE ) || defined( USE_CLEARCOAT_NORMALMAP ) || defined( USE_ANISOTROPY )
	#ifdef USE_TANGENT
		mat3 tbn = mat3( normalize( vTangent ), normalize( vBitangent ), normal );
	#else
		mat3 tbn = getTangentFrame( - vViewPosition, normal,
		#if defined( USE_NORMALMAP )
			vNormalMapUv
		#elif defined( USE_CLEARCOAT_NORMALMAP )
			vClearcoatNormalMapUv
		#else
			vUv
		#endif
		);
	#endif
	#ifdef DOUBLE_SIDED
		tbn[0] *= faceDirection;
		tbn[1] *= faceDirection;
	#endif
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	#ifdef USE_TANGENT
		mat3 tbn2 = mat3( normalize( vTangent ), normalize( vBitangent ), normal );
	#else
		mat3 tbn2 = getTangentFrame( - vViewPosition, normal, vClearcoatNormalMapUv );
	#endif
	#ifdef DOUBLE_SIDED
		tbn2[0] *= faceDirection;
		tbn2[1] *= faceDirection;
	#endif
#endif
vec3 nonPerturbedNormal = normal;`,aM=`#ifdef USE_NORMALMAP_OBJECTSPACE
	normal = texture2D( normalMap, vNormalMapUv ).xyz * 2.0 - 1.0;
	#ifdef FLIP_SIDED
		normal = - normal;
	#endif
	#ifdef DOUBLE_SIDED
		normal = normal * faceDirection;
	#endif
	normal = normalize( normalMatrix * normal );
#elif defined( USE_NORMALMAP_TANGENTSPACE )
	vec3 mapN = texture2D( normalMap, vNormalMapUv ).xyz * 2.0 - 1.0;
	#if defined( USE_PACKED_NORMALMAP )
		mapN = vec3( mapN.xy, sqrt( saturate( 1.0 - dot( mapN.xy, mapN.xy ) ) ) );
	#endif
	mapN.xy *= normalScale;
	normal = normalize( tbn * mapN );
#elif defined( USE_BUMPMAP )
	normal = perturbNormalArb( - vViewPosition, normal, dHdxy_fwd(), faceDirection );
#endif`,lM=`#ifndef FLAT_SHADED
	varying vec3 vNormal;
	#ifdef USE_TANGENT
		varying vec3 vTangent;
		varying vec3 vBitangent;
	#endif
#endif`,cM=`#ifndef FLAT_SHADED
	varying vec3 vNormal;
	#ifdef USE_TANGENT
		varying vec3 vTangent;
		varying vec3 vBitangent;
	#endif
#endif`,hM=`#ifndef FLAT_SHADED
	vNormal = normalize( transformedNormal );
	#ifdef USE_TANGENT
		vTangent = normalize( transformedTangent );
		vBitangent = normalize( cross( vNormal, vTangent ) * tangent.w );
		#ifdef FLIP_SIDED
			vBitangent = - vBitangent;
		#endif
	#endif
#endif`,uM=`#ifdef USE_NORMALMAP
	uniform sampler2D normalMap;
	uniform vec2 normalScale;
#endif
#ifdef USE_NORMALMAP_OBJECTSPACE
	uniform mat3 normalMatrix;
#endif
#if ! defined ( USE_TANGENT ) && ( defined ( USE_NORMALMAP_TANGENTSPACE ) || defined ( USE_CLEARCOAT_NORMALMAP ) || defined( USE_ANISOTROPY ) )
	mat3 getTangentFrame( vec3 eye_pos, vec3 surf_norm, vec2 uv ) {
		vec3 q0 = dFdx( eye_pos.xyz );
		vec3 q1 = dFdy( eye_pos.xyz );
		vec2 st0 = dFdx( uv.st );
		vec2 st1 = dFdy( uv.st );
		vec3 N = surf_norm;
		vec3 q1perp = cross( q1, N );
		vec3 q0perp = cross( N, q0 );
		vec3 T = q1perp * st0.x + q0perp * st1.x;
		vec3 B = q1perp * st0.y + q0perp * st1.y;
		float det = max( dot( T, T ), dot( B, B ) );
		float scale = ( det == 0.0 ) ? 0.0 : inversesqrt( det );
		return mat3( T * scale, B * scale, N );
	}
#endif`,dM=`#ifdef USE_CLEARCOAT
	vec3 clearcoatNormal = nonPerturbedNormal;
#endif`,fM=`#ifdef USE_CLEARCOAT_NORMALMAP
	vec3 clearcoatMapN = texture2D( clearcoatNormalMap, vClearcoatNormalMapUv ).xyz * 2.0 - 1.0;
	clearcoatMapN.xy *= clearcoatNormalScale;
	clearcoatNormal = normalize( tbn2 * clearcoatMapN );
#endif`,pM=`#ifdef USE_CLEARCOATMAP
	uniform sampler2D clearcoatMap;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	uniform sampler2D clearcoatNormalMap;
	uniform vec2 clearcoatNormalScale;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	uniform sampler2D clearcoatRoughnessMap;
#endif`,mM=`#ifdef USE_IRIDESCENCEMAP
	uniform sampler2D iridescenceMap;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	uniform sampler2D iridescenceThicknessMap;
#endif`,gM=`#ifdef OPAQUE
diffuseColor.a = 1.0;
#endif
#ifdef USE_TRANSMISSION
diffuseColor.a *= material.transmissionAlpha;
#endif
gl_FragColor = vec4( outgoingLight, diffuseColor.a );`,_M=`vec3 packNormalToRGB( const in vec3 normal ) {
	return normalize( normal ) * 0.5 + 0.5;
}
vec3 unpackRGBToNormal( const in vec3 rgb ) {
	return 2.0 * rgb.xyz - 1.0;
}
const float PackUpscale = 256. / 255.;const float UnpackDownscale = 255. / 256.;const float ShiftRight8 = 1. / 256.;
const float Inv255 = 1. / 255.;
const vec4 PackFactors = vec4( 1.0, 256.0, 256.0 * 256.0, 256.0 * 256.0 * 256.0 );
const vec2 UnpackFactors2 = vec2( UnpackDownscale, 1.0 / PackFactors.g );
const vec3 UnpackFactors3 = vec3( UnpackDownscale / PackFactors.rg, 1.0 / PackFactors.b );
const vec4 UnpackFactors4 = vec4( UnpackDownscale / PackFactors.rgb, 1.0 / PackFactors.a );
vec4 packDepthToRGBA( const in float v ) {
	if( v <= 0.0 )
		return vec4( 0., 0., 0., 0. );
	if( v >= 1.0 )
		return vec4( 1., 1., 1., 1. );
	float vuf;
	float af = modf( v * PackFactors.a, vuf );
	float bf = modf( vuf * ShiftRight8, vuf );
	float gf = modf( vuf * ShiftRight8, vuf );
	return vec4( vuf * Inv255, gf * PackUpscale, bf * PackUpscale, af );
}
vec3 packDepthToRGB( const in float v ) {
	if( v <= 0.0 )
		return vec3( 0., 0., 0. );
	if( v >= 1.0 )
		return vec3( 1., 1., 1. );
	float vuf;
	float bf = modf( v * PackFactors.b, vuf );
	float gf = modf( vuf * ShiftRight8, vuf );
	return vec3( vuf * Inv255, gf * PackUpscale, bf );
}
vec2 packDepthToRG( const in float v ) {
	if( v <= 0.0 )
		return vec2( 0., 0. );
	if( v >= 1.0 )
		return vec2( 1., 1. );
	float vuf;
	float gf = modf( v * 256., vuf );
	return vec2( vuf * Inv255, gf );
}
float unpackRGBAToDepth( const in vec4 v ) {
	return dot( v, UnpackFactors4 );
}
float unpackRGBToDepth( const in vec3 v ) {
	return dot( v, UnpackFactors3 );
}
float unpackRGToDepth( const in vec2 v ) {
	return v.r * UnpackFactors2.r + v.g * UnpackFactors2.g;
}
vec4 pack2HalfToRGBA( const in vec2 v ) {
	vec4 r = vec4( v.x, fract( v.x * 255.0 ), v.y, fract( v.y * 255.0 ) );
	return vec4( r.x - r.y / 255.0, r.y, r.z - r.w / 255.0, r.w );
}
vec2 unpackRGBATo2Half( const in vec4 v ) {
	return vec2( v.x + ( v.y / 255.0 ), v.z + ( v.w / 255.0 ) );
}
float viewZToOrthographicDepth( const in float viewZ, const in float near, const in float far ) {
	return ( viewZ + near ) / ( near - far );
}
float orthographicDepthToViewZ( const in float depth, const in float near, const in float far ) {
	#ifdef USE_REVERSED_DEPTH_BUFFER
	
		return depth * ( far - near ) - far;
	#else
		return depth * ( near - far ) - near;
	#endif
}
float viewZToPerspectiveDepth( const in float viewZ, const in float near, const in float far ) {
	return ( ( near + viewZ ) * far ) / ( ( far - near ) * viewZ );
}
float perspectiveDepthToViewZ( const in float depth, const in float near, const in float far ) {
	
	#ifdef USE_REVERSED_DEPTH_BUFFER
		return ( near * far ) / ( ( near - far ) * depth - near );
	#else
		return ( near * far ) / ( ( far - near ) * depth - far );
	#endif
}`,xM=`#ifdef PREMULTIPLIED_ALPHA
	gl_FragColor.rgb *= gl_FragColor.a;
#endif`,yM=`vec4 mvPosition = vec4( transformed, 1.0 );
#ifdef USE_BATCHING
	mvPosition = batchingMatrix * mvPosition;
#endif
#ifdef USE_INSTANCING
	mvPosition = instanceMatrix * mvPosition;
#endif
mvPosition = modelViewMatrix * mvPosition;
gl_Position = projectionMatrix * mvPosition;`,vM=`#ifdef DITHERING
	gl_FragColor.rgb = dithering( gl_FragColor.rgb );
#endif`,bM=`#ifdef DITHERING
	vec3 dithering( vec3 color ) {
		float grid_position = rand( gl_FragCoord.xy );
		vec3 dither_shift_RGB = vec3( 0.25 / 255.0, -0.25 / 255.0, 0.25 / 255.0 );
		dither_shift_RGB = mix( 2.0 * dither_shift_RGB, -2.0 * dither_shift_RGB, grid_position );
		return color + dither_shift_RGB;
	}
#endif`,SM=`float roughnessFactor = roughness;
#ifdef USE_ROUGHNESSMAP
	vec4 texelRoughness = texture2D( roughnessMap, vRoughnessMapUv );
	roughnessFactor *= texelRoughness.g;
#endif`,MM=`#ifdef USE_ROUGHNESSMAP
	uniform sampler2D roughnessMap;
#endif`,wM=`#if NUM_SPOT_LIGHT_COORDS > 0
	varying vec4 vSpotLightCoord[ NUM_SPOT_LIGHT_COORDS ];
#endif
#if NUM_SPOT_LIGHT_MAPS > 0
	uniform sampler2D spotLightMap[ NUM_SPOT_LIGHT_MAPS ];
#endif
#ifdef USE_SHADOWMAP
	#if NUM_SUN_LIGHT_SHADOWS > 0
		#define SUN_LIGHT_CASCADES 2
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform sampler2DShadow sunShadowMap[ NUM_SUN_LIGHT_SHADOWS ];
		#else
			uniform sampler2D sunShadowMap[ NUM_SUN_LIGHT_SHADOWS ];
		#endif
		uniform mat4 sunShadowMatrix[ NUM_SUN_LIGHT_SHADOWS * SUN_LIGHT_CASCADES ];
		uniform vec4 sunShadowCascade[ NUM_SUN_LIGHT_SHADOWS * SUN_LIGHT_CASCADES ];
		varying vec4 vSunShadowWorldPosition;
		varying vec3 vSunShadowWorldNormal;
		struct SunLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform SunLightShadow sunLightShadows[ NUM_SUN_LIGHT_SHADOWS ];
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform sampler2DShadow directionalShadowMap[ NUM_DIR_LIGHT_SHADOWS ];
		#else
			uniform sampler2D directionalShadowMap[ NUM_DIR_LIGHT_SHADOWS ];
		#endif
		varying vec4 vDirectionalShadowCoord[ NUM_DIR_LIGHT_SHADOWS ];
		struct DirectionalLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform DirectionalLightShadow directionalLightShadows[ NUM_DIR_LIGHT_SHADOWS ];
	#endif
	#if NUM_SPOT_LIGHT_SHADOWS > 0
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform sampler2DShadow spotShadowMap[ NUM_SPOT_LIGHT_SHADOWS ];
		#else
			uniform sampler2D spotShadowMap[ NUM_SPOT_LIGHT_SHADOWS ];
		#endif
		struct SpotLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform SpotLightShadow spotLightShadows[ NUM_SPOT_LIGHT_SHADOWS ];
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform samplerCubeShadow pointShadowMap[ NUM_POINT_LIGHT_SHADOWS ];
		#elif defined( SHADOWMAP_TYPE_BASIC )
			uniform samplerCube pointShadowMap[ NUM_POINT_LIGHT_SHADOWS ];
		#endif
		varying vec4 vPointShadowCoord[ NUM_POINT_LIGHT_SHADOWS ];
		struct PointLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
			float shadowCameraNear;
			float shadowCameraFar;
		};
		uniform PointLightShadow pointLightShadows[ NUM_POINT_LIGHT_SHADOWS ];
	#endif
	#if defined( SHADOWMAP_TYPE_PCF )
		float interleavedGradientNoise( vec2 position ) {
			return fract( 52.9829189 * fract( dot( position, vec2( 0.06711056, 0.00583715 ) ) ) );
		}
		vec2 vogelDiskSample( int sampleIndex, int samplesCount, float phi ) {
			const float goldenAngle = 2.399963229728653;
			float r = sqrt( ( float( sampleIndex ) + 0.5 ) / float( samplesCount ) );
			float theta = float( sampleIndex ) * goldenAngle + phi;
			return vec2( cos( theta ), sin( theta ) ) * r;
		}
	#endif
	#if defined( SHADOWMAP_TYPE_PCF )
		float getShadow( sampler2DShadow shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord ) {
			float shadow = 1.0;
			shadowCoord.xyz /= shadowCoord.w;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				shadowCoord.z -= shadowBias;
			#else
				shadowCoord.z += shadowBias;
			#endif
			bool inFrustum = shadowCoord.x >= 0.0 && shadowCoord.x <= 1.0 && shadowCoord.y >= 0.0 && shadowCoord.y <= 1.0;
			bool frustumTest = inFrustum && shadowCoord.z <= 1.0;
			if ( frustumTest ) {
				vec2 texelSize = vec2( 1.0 ) / shadowMapSize;
				vec2 radius = shadowRadius * texelSize;
				float phi = interleavedGradientNoise( gl_FragCoord.xy ) * PI2;
				shadow = (
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 0, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 1, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 2, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 3, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 4, 5, phi ) * radius, shadowCoord.z ) )
				) * 0.2;
			}
			return mix( 1.0, shadow, shadowIntensity );
		}
	#elif defined( SHADOWMAP_TYPE_VSM )
		float getShadow( sampler2D shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord ) {
			float shadow = 1.0;
			shadowCoord.xyz /= shadowCoord.w;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				shadowCoord.z -= shadowBias;
			#else
				shadowCoord.z += shadowBias;
			#endif
			bool inFrustum = shadowCoord.x >= 0.0 && shadowCoord.x <= 1.0 && shadowCoord.y >= 0.0 && shadowCoord.y <= 1.0;
			bool frustumTest = inFrustum && shadowCoord.z <= 1.0;
			if ( frustumTest ) {
				vec2 distribution = texture2D( shadowMap, shadowCoord.xy ).rg;
				float mean = distribution.x;
				float variance = distribution.y * distribution.y;
				#ifdef USE_REVERSED_DEPTH_BUFFER
					float hard_shadow = step( mean, shadowCoord.z );
				#else
					float hard_shadow = step( shadowCoord.z, mean );
				#endif
				
				if ( hard_shadow == 1.0 ) {
					shadow = 1.0;
				} else {
					variance = max( variance, 0.0000001 );
					float d = shadowCoord.z - mean;
					float p_max = variance / ( variance + d * d );
					p_max = clamp( ( p_max - 0.3 ) / 0.65, 0.0, 1.0 );
					shadow = max( hard_shadow, p_max );
				}
			}
			return mix( 1.0, shadow, shadowIntensity );
		}
	#else
		float getShadow( sampler2D shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord ) {
			float shadow = 1.0;
			shadowCoord.xyz /= shadowCoord.w;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				shadowCoord.z -= shadowBias;
			#else
				shadowCoord.z += shadowBias;
			#endif
			bool inFrustum = shadowCoord.x >= 0.0 && shadowCoord.x <= 1.0 && shadowCoord.y >= 0.0 && shadowCoord.y <= 1.0;
			bool frustumTest = inFrustum && shadowCoord.z <= 1.0;
			if ( frustumTest ) {
				float depth = texture2D( shadowMap, shadowCoord.xy ).r;
				#ifdef USE_REVERSED_DEPTH_BUFFER
					shadow = step( depth, shadowCoord.z );
				#else
					shadow = step( shadowCoord.z, depth );
				#endif
			}
			return mix( 1.0, shadow, shadowIntensity );
		}
	#endif
	#if NUM_SUN_LIGHT_SHADOWS > 0
		float getSunShadow(
			#if defined( SHADOWMAP_TYPE_PCF )
				sampler2DShadow shadowMap,
			#else
				sampler2D shadowMap,
			#endif
			SunLightShadow sunLightShadow,
			int shadowIndex
		) {
			vec4 shadowWorldPosition = vec4( vSunShadowWorldPosition.xyz + vSunShadowWorldNormal * sunLightShadow.shadowNormalBias, 1.0 );
			float viewDepth = vSunShadowWorldPosition.w;
			int cascadeOffset = shadowIndex * SUN_LIGHT_CASCADES;
			float shadow = 1.0;
			for ( int i = SUN_LIGHT_CASCADES - 1; i >= 0; i -- ) {
				vec4 cascade = sunShadowCascade[ cascadeOffset + i ];
				if ( viewDepth >= cascade.x && viewDepth < cascade.y ) {
					float cascadeShadow = getShadow(
						shadowMap,
						sunLightShadow.shadowMapSize,
						sunLightShadow.shadowIntensity,
						sunLightShadow.shadowBias,
						sunLightShadow.shadowRadius,
						sunShadowMatrix[ cascadeOffset + i ] * shadowWorldPosition
					);
					shadow = mix( cascadeShadow, shadow, smoothstep( cascade.z, cascade.y, viewDepth ) );
				}
			}
			return shadow;
		}
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
	#if defined( SHADOWMAP_TYPE_PCF )
	float getPointShadow( samplerCubeShadow shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord, float shadowCameraNear, float shadowCameraFar ) {
		float shadow = 1.0;
		vec3 lightToPosition = shadowCoord.xyz;
		vec3 bd3D = normalize( lightToPosition );
		vec3 absVec = abs( lightToPosition );
		float viewSpaceZ = max( max( absVec.x, absVec.y ), absVec.z );
		if ( viewSpaceZ - shadowCameraFar <= 0.0 && viewSpaceZ - shadowCameraNear >= 0.0 ) {
			float lightDistance = length( lightToPosition );
			float depthRange = shadowCameraFar - shadowCameraNear;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				float depthA = - shadowCameraNear / depthRange - shadowBias;
				float depthB = shadowCameraNear * shadowCameraFar / ( depthRange * lightDistance );
			#else
				float depthA = shadowCameraFar / depthRange + shadowBias;
				float depthB = - shadowCameraNear * shadowCameraFar / ( depthRange * lightDistance );
			#endif
			float texelSize = shadowRadius / shadowMapSize.x;
			vec3 absDir = abs( bd3D );
			vec3 tangent = absDir.x > absDir.z ? vec3( 0.0, 1.0, 0.0 ) : vec3( 1.0, 0.0, 0.0 );
			tangent = normalize( cross( bd3D, tangent ) );
			vec3 bitangent = cross( bd3D, tangent );
			float phi = interleavedGradientNoise( gl_FragCoord.xy ) * PI2;
			shadow = 0.0;
			for ( int i = 0; i < 5; i ++ ) {
				vec2 offset = vogelDiskSample( i, 5, phi );
				vec3 direction = bd3D + ( tangent * offset.x + bitangent * offset.y ) * texelSize;
				vec3 absDirection = abs( direction );
				float dp = depthA + depthB / max( max( absDirection.x, absDirection.y ), absDirection.z );
				shadow += texture( shadowMap, vec4( direction, dp ) );
			}
			shadow *= 0.2;
		}
		return mix( 1.0, shadow, shadowIntensity );
	}
	#elif defined( SHADOWMAP_TYPE_BASIC )
	float getPointShadow( samplerCube shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord, float shadowCameraNear, float shadowCameraFar ) {
		float shadow = 1.0;
		vec3 lightToPosition = shadowCoord.xyz;
		vec3 absVec = abs( lightToPosition );
		float viewSpaceZ = max( max( absVec.x, absVec.y ), absVec.z );
		if ( viewSpaceZ - shadowCameraFar <= 0.0 && viewSpaceZ - shadowCameraNear >= 0.0 ) {
			float dp = ( shadowCameraFar * ( viewSpaceZ - shadowCameraNear ) ) / ( viewSpaceZ * ( shadowCameraFar - shadowCameraNear ) );
			dp += shadowBias;
			vec3 bd3D = normalize( lightToPosition );
			float depth = textureCube( shadowMap, bd3D ).r;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				depth = 1.0 - depth;
			#endif
			shadow = step( dp, depth );
		}
		return mix( 1.0, shadow, shadowIntensity );
	}
	#endif
	#endif
#endif`,TM=`#if NUM_SPOT_LIGHT_COORDS > 0
	uniform mat4 spotLightMatrix[ NUM_SPOT_LIGHT_COORDS ];
	varying vec4 vSpotLightCoord[ NUM_SPOT_LIGHT_COORDS ];
#endif
#ifdef USE_SHADOWMAP
	#if NUM_SUN_LIGHT_SHADOWS > 0
		varying vec4 vSunShadowWorldPosition;
		varying vec3 vSunShadowWorldNormal;
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
		uniform mat4 directionalShadowMatrix[ NUM_DIR_LIGHT_SHADOWS ];
		varying vec4 vDirectionalShadowCoord[ NUM_DIR_LIGHT_SHADOWS ];
		struct DirectionalLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform DirectionalLightShadow directionalLightShadows[ NUM_DIR_LIGHT_SHADOWS ];
	#endif
	#if NUM_SPOT_LIGHT_SHADOWS > 0
		struct SpotLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform SpotLightShadow spotLightShadows[ NUM_SPOT_LIGHT_SHADOWS ];
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
		uniform mat4 pointShadowMatrix[ NUM_POINT_LIGHT_SHADOWS ];
		varying vec4 vPointShadowCoord[ NUM_POINT_LIGHT_SHADOWS ];
		struct PointLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
			float shadowCameraNear;
			float shadowCameraFar;
		};
		uniform PointLightShadow pointLightShadows[ NUM_POINT_LIGHT_SHADOWS ];
	#endif
#endif`,AM=`#if ( defined( USE_SHADOWMAP ) && ( NUM_DIR_LIGHT_SHADOWS > 0 || NUM_SUN_LIGHT_SHADOWS > 0 || NUM_POINT_LIGHT_SHADOWS > 0 ) ) || ( NUM_SPOT_LIGHT_COORDS > 0 )
	#ifdef HAS_NORMAL
		vec3 shadowWorldNormal = transformNormalByInverseViewMatrix( transformedNormal, viewMatrix );
	#else
		vec3 shadowWorldNormal = vec3( 0.0 );
	#endif
	vec4 shadowWorldPosition;
#endif
#if defined( USE_SHADOWMAP )
	#if NUM_SUN_LIGHT_SHADOWS > 0
		vSunShadowWorldPosition = vec4( worldPosition.xyz, - mvPosition.z );
		vSunShadowWorldNormal = shadowWorldNormal;
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_DIR_LIGHT_SHADOWS; i ++ ) {
			shadowWorldPosition = worldPosition + vec4( shadowWorldNormal * directionalLightShadows[ i ].shadowNormalBias, 0 );
			vDirectionalShadowCoord[ i ] = directionalShadowMatrix[ i ] * shadowWorldPosition;
		}
		#pragma unroll_loop_end
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_POINT_LIGHT_SHADOWS; i ++ ) {
			shadowWorldPosition = worldPosition + vec4( shadowWorldNormal * pointLightShadows[ i ].shadowNormalBias, 0 );
			vPointShadowCoord[ i ] = pointShadowMatrix[ i ] * shadowWorldPosition;
		}
		#pragma unroll_loop_end
	#endif
#endif
#if NUM_SPOT_LIGHT_COORDS > 0
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SPOT_LIGHT_COORDS; i ++ ) {
		shadowWorldPosition = worldPosition;
		#if ( defined( USE_SHADOWMAP ) && UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS )
			shadowWorldPosition.xyz += shadowWorldNormal * spotLightShadows[ i ].shadowNormalBias;
		#endif
		vSpotLightCoord[ i ] = spotLightMatrix[ i ] * shadowWorldPosition;
	}
	#pragma unroll_loop_end
#endif`,EM=`float getShadowMask() {
	float shadow = 1.0;
	#ifdef USE_SHADOWMAP
	#if NUM_SUN_LIGHT_SHADOWS > 0
	SunLightShadow sunLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SUN_LIGHT_SHADOWS; i ++ ) {
		sunLight = sunLightShadows[ i ];
		shadow *= receiveShadow ? getSunShadow( sunShadowMap[ i ], sunLight, UNROLLED_LOOP_INDEX ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
	DirectionalLightShadow directionalLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_DIR_LIGHT_SHADOWS; i ++ ) {
		directionalLight = directionalLightShadows[ i ];
		shadow *= receiveShadow ? getShadow( directionalShadowMap[ i ], directionalLight.shadowMapSize, directionalLight.shadowIntensity, directionalLight.shadowBias, directionalLight.shadowRadius, vDirectionalShadowCoord[ i ] ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#if NUM_SPOT_LIGHT_SHADOWS > 0
	SpotLightShadow spotLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SPOT_LIGHT_SHADOWS; i ++ ) {
		spotLight = spotLightShadows[ i ];
		shadow *= receiveShadow ? getShadow( spotShadowMap[ i ], spotLight.shadowMapSize, spotLight.shadowIntensity, spotLight.shadowBias, spotLight.shadowRadius, vSpotLightCoord[ i ] ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0 && ( defined( SHADOWMAP_TYPE_PCF ) || defined( SHADOWMAP_TYPE_BASIC ) )
	PointLightShadow pointLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_POINT_LIGHT_SHADOWS; i ++ ) {
		pointLight = pointLightShadows[ i ];
		shadow *= receiveShadow ? getPointShadow( pointShadowMap[ i ], pointLight.shadowMapSize, pointLight.shadowIntensity, pointLight.shadowBias, pointLight.shadowRadius, vPointShadowCoord[ i ], pointLight.shadowCameraNear, pointLight.shadowCameraFar ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#endif
	return shadow;
}`,CM=`#ifdef USE_SKINNING
	mat4 boneMatX = getBoneMatrix( skinIndex.x );
	mat4 boneMatY = getBoneMatrix( skinIndex.y );
	mat4 boneMatZ = getBoneMatrix( skinIndex.z );
	mat4 boneMatW = getBoneMatrix( skinIndex.w );
#endif`,RM=`#ifdef USE_SKINNING
	uniform mat4 bindMatrix;
	uniform mat4 bindMatrixInverse;
	uniform highp sampler2D boneTexture;
	mat4 getBoneMatrix( const in float i ) {
		int size = textureSize( boneTexture, 0 ).x;
		int j = int( i ) * 4;
		int x = j % size;
		int y = j / size;
		vec4 v1 = texelFetch( boneTexture, ivec2( x, y ), 0 );
		vec4 v2 = texelFetch( boneTexture, ivec2( x + 1, y ), 0 );
		vec4 v3 = texelFetch( boneTexture, ivec2( x + 2, y ), 0 );
		vec4 v4 = texelFetch( boneTexture, ivec2( x + 3, y ), 0 );
		return mat4( v1, v2, v3, v4 );
	}
#endif`,PM=`#ifdef USE_SKINNING
	vec4 skinVertex = bindMatrix * vec4( transformed, 1.0 );
	vec4 skinned = vec4( 0.0 );
	skinned += boneMatX * skinVertex * skinWeight.x;
	skinned += boneMatY * skinVertex * skinWeight.y;
	skinned += boneMatZ * skinVertex * skinWeight.z;
	skinned += boneMatW * skinVertex * skinWeight.w;
	transformed = ( bindMatrixInverse * skinned ).xyz;
#endif`,IM=`#ifdef USE_SKINNING
	mat4 skinMatrix = mat4( 0.0 );
	skinMatrix += skinWeight.x * boneMatX;
	skinMatrix += skinWeight.y * boneMatY;
	skinMatrix += skinWeight.z * boneMatZ;
	skinMatrix += skinWeight.w * boneMatW;
	skinMatrix = bindMatrixInverse * skinMatrix * bindMatrix;
	objectNormal = vec4( skinMatrix * vec4( objectNormal, 0.0 ) ).xyz;
	#ifdef USE_TANGENT
		objectTangent = vec4( skinMatrix * vec4( objectTangent, 0.0 ) ).xyz;
	#endif
#endif`,LM=`float specularStrength;
#ifdef USE_SPECULARMAP
	vec4 texelSpecular = texture2D( specularMap, vSpecularMapUv );
	specularStrength = texelSpecular.r;
#else
	specularStrength = 1.0;
#endif`,NM=`#ifdef USE_SPECULARMAP
	uniform sampler2D specularMap;
#endif`,DM=`#if defined( TONE_MAPPING )
	gl_FragColor.rgb = toneMapping( gl_FragColor.rgb );
#endif`,UM=`#ifndef saturate
#define saturate( a ) clamp( a, 0.0, 1.0 )
#endif
uniform float toneMappingExposure;
vec3 LinearToneMapping( vec3 color ) {
	return saturate( toneMappingExposure * color );
}
vec3 ReinhardToneMapping( vec3 color ) {
	color *= toneMappingExposure;
	return saturate( color / ( vec3( 1.0 ) + color ) );
}
vec3 CineonToneMapping( vec3 color ) {
	color *= toneMappingExposure;
	color = max( vec3( 0.0 ), color - 0.004 );
	return pow( ( color * ( 6.2 * color + 0.5 ) ) / ( color * ( 6.2 * color + 1.7 ) + 0.06 ), vec3( 2.2 ) );
}
vec3 RRTAndODTFit( vec3 v ) {
	vec3 a = v * ( v + 0.0245786 ) - 0.000090537;
	vec3 b = v * ( 0.983729 * v + 0.4329510 ) + 0.238081;
	return a / b;
}
vec3 ACESFilmicToneMapping( vec3 color ) {
	const mat3 ACESInputMat = mat3(
		vec3( 0.59719, 0.07600, 0.02840 ),		vec3( 0.35458, 0.90834, 0.13383 ),
		vec3( 0.04823, 0.01566, 0.83777 )
	);
	const mat3 ACESOutputMat = mat3(
		vec3(  1.60475, -0.10208, -0.00327 ),		vec3( -0.53108,  1.10813, -0.07276 ),
		vec3( -0.07367, -0.00605,  1.07602 )
	);
	color *= toneMappingExposure / 0.6;
	color = ACESInputMat * color;
	color = RRTAndODTFit( color );
	color = ACESOutputMat * color;
	return saturate( color );
}
const mat3 LINEAR_REC2020_TO_LINEAR_SRGB = mat3(
	vec3( 1.6605, - 0.1246, - 0.0182 ),
	vec3( - 0.5876, 1.1329, - 0.1006 ),
	vec3( - 0.0728, - 0.0083, 1.1187 )
);
const mat3 LINEAR_SRGB_TO_LINEAR_REC2020 = mat3(
	vec3( 0.6274, 0.0691, 0.0164 ),
	vec3( 0.3293, 0.9195, 0.0880 ),
	vec3( 0.0433, 0.0113, 0.8956 )
);
vec3 agxDefaultContrastApprox( vec3 x ) {
	vec3 x2 = x * x;
	vec3 x4 = x2 * x2;
	return + 15.5 * x4 * x2
		- 40.14 * x4 * x
		+ 31.96 * x4
		- 6.868 * x2 * x
		+ 0.4298 * x2
		+ 0.1191 * x
		- 0.00232;
}
vec3 AgXToneMapping( vec3 color ) {
	const mat3 AgXInsetMatrix = mat3(
		vec3( 0.856627153315983, 0.137318972929847, 0.11189821299995 ),
		vec3( 0.0951212405381588, 0.761241990602591, 0.0767994186031903 ),
		vec3( 0.0482516061458583, 0.101439036467562, 0.811302368396859 )
	);
	const mat3 AgXOutsetMatrix = mat3(
		vec3( 1.1271005818144368, - 0.1413297634984383, - 0.14132976349843826 ),
		vec3( - 0.11060664309660323, 1.157823702216272, - 0.11060664309660294 ),
		vec3( - 0.016493938717834573, - 0.016493938717834257, 1.2519364065950405 )
	);
	const float AgxMinEv = - 12.47393;	const float AgxMaxEv = 4.026069;
	color *= toneMappingExposure;
	color = LINEAR_SRGB_TO_LINEAR_REC2020 * color;
	color = AgXInsetMatrix * color;
	color = max( color, 1e-10 );	color = log2( color );
	color = ( color - AgxMinEv ) / ( AgxMaxEv - AgxMinEv );
	color = clamp( color, 0.0, 1.0 );
	color = agxDefaultContrastApprox( color );
	color = AgXOutsetMatrix * color;
	color = pow( max( vec3( 0.0 ), color ), vec3( 2.2 ) );
	color = LINEAR_REC2020_TO_LINEAR_SRGB * color;
	color = clamp( color, 0.0, 1.0 );
	return color;
}
vec3 NeutralToneMapping( vec3 color ) {
	const float StartCompression = 0.8 - 0.04;
	const float Desaturation = 0.15;
	color *= toneMappingExposure;
	float x = min( color.r, min( color.g, color.b ) );
	float offset = x < 0.08 ? x - 6.25 * x * x : 0.04;
	color -= offset;
	float peak = max( color.r, max( color.g, color.b ) );
	if ( peak < StartCompression ) return color;
	float d = 1. - StartCompression;
	float newPeak = 1. - d * d / ( peak + d - StartCompression );
	color *= newPeak / peak;
	float g = 1. - 1. / ( Desaturation * ( peak - newPeak ) + 1. );
	return mix( color, vec3( newPeak ), g );
}
vec3 CustomToneMapping( vec3 color ) { return color; }`,FM=`#ifdef USE_TRANSMISSION
	material.transmission = transmission;
	material.transmissionAlpha = 1.0;
	material.thickness = thickness;
	material.attenuationDistance = attenuationDistance;
	material.attenuationColor = attenuationColor;
	#ifdef USE_TRANSMISSIONMAP
		material.transmission *= texture2D( transmissionMap, vTransmissionMapUv ).r;
	#endif
	#ifdef USE_THICKNESSMAP
		material.thickness *= texture2D( thicknessMap, vThicknessMapUv ).g;
	#endif
	vec3 pos = vWorldPosition;
	vec3 v = normalize( cameraPosition - pos );
	vec3 n = transformNormalByInverseViewMatrix( normal, viewMatrix );
	vec4 transmitted = getIBLVolumeRefraction(
		n, v, material.roughness, material.diffuseContribution, material.specularColorBlended, material.specularF90,
		pos, modelMatrix, viewMatrix, projectionMatrix, material.dispersion, material.ior, material.thickness,
		material.attenuationColor, material.attenuationDistance );
	material.transmissionAlpha = mix( material.transmissionAlpha, transmitted.a, material.transmission );
	totalDiffuse = mix( totalDiffuse, transmitted.rgb, material.transmission );
#endif`,OM=`#ifdef USE_TRANSMISSION
	uniform float transmission;
	uniform float thickness;
	uniform float attenuationDistance;
	uniform vec3 attenuationColor;
	#ifdef USE_TRANSMISSIONMAP
		uniform sampler2D transmissionMap;
	#endif
	#ifdef USE_THICKNESSMAP
		uniform sampler2D thicknessMap;
	#endif
	uniform vec2 transmissionSamplerSize;
	uniform sampler2D transmissionSamplerMap;
	uniform mat4 modelMatrix;
	uniform mat4 projectionMatrix;
	varying vec3 vWorldPosition;
	float w0( float a ) {
		return ( 1.0 / 6.0 ) * ( a * ( a * ( - a + 3.0 ) - 3.0 ) + 1.0 );
	}
	float w1( float a ) {
		return ( 1.0 / 6.0 ) * ( a *  a * ( 3.0 * a - 6.0 ) + 4.0 );
	}
	float w2( float a ){
		return ( 1.0 / 6.0 ) * ( a * ( a * ( - 3.0 * a + 3.0 ) + 3.0 ) + 1.0 );
	}
	float w3( float a ) {
		return ( 1.0 / 6.0 ) * ( a * a * a );
	}
	float g0( float a ) {
		return w0( a ) + w1( a );
	}
	float g1( float a ) {
		return w2( a ) + w3( a );
	}
	float h0( float a ) {
		return - 1.0 + w1( a ) / ( w0( a ) + w1( a ) );
	}
	float h1( float a ) {
		return 1.0 + w3( a ) / ( w2( a ) + w3( a ) );
	}
	vec4 bicubic( sampler2D tex, vec2 uv, vec4 texelSize, float lod ) {
		uv = uv * texelSize.zw + 0.5;
		vec2 iuv = floor( uv );
		vec2 fuv = fract( uv );
		float g0x = g0( fuv.x );
		float g1x = g1( fuv.x );
		float h0x = h0( fuv.x );
		float h1x = h1( fuv.x );
		float h0y = h0( fuv.y );
		float h1y = h1( fuv.y );
		vec2 p0 = ( vec2( iuv.x + h0x, iuv.y + h0y ) - 0.5 ) * texelSize.xy;
		vec2 p1 = ( vec2( iuv.x + h1x, iuv.y + h0y ) - 0.5 ) * texelSize.xy;
		vec2 p2 = ( vec2( iuv.x + h0x, iuv.y + h1y ) - 0.5 ) * texelSize.xy;
		vec2 p3 = ( vec2( iuv.x + h1x, iuv.y + h1y ) - 0.5 ) * texelSize.xy;
		return g0( fuv.y ) * ( g0x * textureLod( tex, p0, lod ) + g1x * textureLod( tex, p1, lod ) ) +
			g1( fuv.y ) * ( g0x * textureLod( tex, p2, lod ) + g1x * textureLod( tex, p3, lod ) );
	}
	vec4 textureBicubic( sampler2D sampler, vec2 uv, float lod ) {
		vec2 fLodSize = vec2( textureSize( sampler, int( lod ) ) );
		vec2 cLodSize = vec2( textureSize( sampler, int( lod + 1.0 ) ) );
		vec2 fLodSizeInv = 1.0 / fLodSize;
		vec2 cLodSizeInv = 1.0 / cLodSize;
		vec4 fSample = bicubic( sampler, uv, vec4( fLodSizeInv, fLodSize ), floor( lod ) );
		vec4 cSample = bicubic( sampler, uv, vec4( cLodSizeInv, cLodSize ), ceil( lod ) );
		return mix( fSample, cSample, fract( lod ) );
	}
	vec3 getVolumeTransmissionRay( const in vec3 n, const in vec3 v, const in float thickness, const in float ior, const in mat4 modelMatrix ) {
		vec3 refractionVector = refract( - v, normalize( n ), 1.0 / ior );
		vec3 modelScale;
		modelScale.x = length( vec3( modelMatrix[ 0 ].xyz ) );
		modelScale.y = length( vec3( modelMatrix[ 1 ].xyz ) );
		modelScale.z = length( vec3( modelMatrix[ 2 ].xyz ) );
		return normalize( refractionVector ) * thickness * modelScale;
	}
	float applyIorToRoughness( const in float roughness, const in float ior ) {
		return roughness * clamp( ior * 2.0 - 2.0, 0.0, 1.0 );
	}
	vec4 getTransmissionSample( const in vec2 fragCoord, const in float roughness, const in float ior ) {
		float lod = log2( transmissionSamplerSize.x ) * applyIorToRoughness( roughness, ior );
		return textureBicubic( transmissionSamplerMap, fragCoord.xy, lod );
	}
	vec3 volumeAttenuation( const in float transmissionDistance, const in vec3 attenuationColor, const in float attenuationDistance ) {
		if ( isinf( attenuationDistance ) ) {
			return vec3( 1.0 );
		} else {
			vec3 attenuationCoefficient = -log( attenuationColor ) / attenuationDistance;
			vec3 transmittance = exp( - attenuationCoefficient * transmissionDistance );			return transmittance;
		}
	}
	vec4 getIBLVolumeRefraction( const in vec3 n, const in vec3 v, const in float roughness, const in vec3 diffuseColor,
		const in vec3 specularColor, const in float specularF90, const in vec3 position, const in mat4 modelMatrix,
		const in mat4 viewMatrix, const in mat4 projMatrix, const in float dispersion, const in float ior, const in float thickness,
		const in vec3 attenuationColor, const in float attenuationDistance ) {
		vec4 transmittedLight;
		vec3 transmittance;
		#ifdef USE_DISPERSION
			float halfSpread = ( ior - 1.0 ) * 0.025 * dispersion;
			vec3 iors = vec3( ior - halfSpread, ior, ior + halfSpread );
			for ( int i = 0; i < 3; i ++ ) {
				vec3 transmissionRay = getVolumeTransmissionRay( n, v, thickness, iors[ i ], modelMatrix );
				vec3 refractedRayExit = position + transmissionRay;
				vec4 ndcPos = projMatrix * viewMatrix * vec4( refractedRayExit, 1.0 );
				vec2 refractionCoords = ndcPos.xy / ndcPos.w;
				refractionCoords += 1.0;
				refractionCoords /= 2.0;
				vec4 transmissionSample = getTransmissionSample( refractionCoords, roughness, iors[ i ] );
				transmittedLight[ i ] = transmissionSample[ i ];
				transmittedLight.a += transmissionSample.a;
				transmittance[ i ] = diffuseColor[ i ] * volumeAttenuation( length( transmissionRay ), attenuationColor, attenuationDistance )[ i ];
			}
			transmittedLight.a /= 3.0;
		#else
			vec3 transmissionRay = getVolumeTransmissionRay( n, v, thickness, ior, modelMatrix );
			vec3 refractedRayExit = position + transmissionRay;
			vec4 ndcPos = projMatrix * viewMatrix * vec4( refractedRayExit, 1.0 );
			vec2 refractionCoords = ndcPos.xy / ndcPos.w;
			refractionCoords += 1.0;
			refractionCoords /= 2.0;
			transmittedLight = getTransmissionSample( refractionCoords, roughness, ior );
			transmittance = diffuseColor * volumeAttenuation( length( transmissionRay ), attenuationColor, attenuationDistance );
		#endif
		vec3 attenuatedColor = transmittance * transmittedLight.rgb;
		vec3 F = EnvironmentBRDF( n, v, specularColor, specularF90, roughness );
		float transmittanceFactor = ( transmittance.r + transmittance.g + transmittance.b ) / 3.0;
		return vec4( ( 1.0 - F ) * attenuatedColor, 1.0 - ( 1.0 - transmittedLight.a ) * transmittanceFactor );
	}
#endif`,kM=`#if defined( USE_UV ) || defined( USE_ANISOTROPY )
	varying vec2 vUv;
#endif
#ifdef USE_MAP
	varying vec2 vMapUv;
#endif
#ifdef USE_ALPHAMAP
	varying vec2 vAlphaMapUv;
#endif
#ifdef USE_LIGHTMAP
	varying vec2 vLightMapUv;
#endif
#ifdef USE_AOMAP
	varying vec2 vAoMapUv;
#endif
#ifdef USE_BUMPMAP
	varying vec2 vBumpMapUv;
#endif
#ifdef USE_NORMALMAP
	varying vec2 vNormalMapUv;
#endif
#ifdef USE_EMISSIVEMAP
	varying vec2 vEmissiveMapUv;
#endif
#ifdef USE_METALNESSMAP
	varying vec2 vMetalnessMapUv;
#endif
#ifdef USE_ROUGHNESSMAP
	varying vec2 vRoughnessMapUv;
#endif
#ifdef USE_DIFFUSE_ROUGHNESSMAP
	varying vec2 vDiffuseRoughnessMapUv;
#endif
#ifdef USE_ANISOTROPYMAP
	varying vec2 vAnisotropyMapUv;
#endif
#ifdef USE_CLEARCOATMAP
	varying vec2 vClearcoatMapUv;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	varying vec2 vClearcoatNormalMapUv;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	varying vec2 vClearcoatRoughnessMapUv;
#endif
#ifdef USE_IRIDESCENCEMAP
	varying vec2 vIridescenceMapUv;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	varying vec2 vIridescenceThicknessMapUv;
#endif
#ifdef USE_SHEEN_COLORMAP
	varying vec2 vSheenColorMapUv;
#endif
#ifdef USE_SHEEN_ROUGHNESSMAP
	varying vec2 vSheenRoughnessMapUv;
#endif
#ifdef USE_SPECULARMAP
	varying vec2 vSpecularMapUv;
#endif
#ifdef USE_SPECULAR_COLORMAP
	varying vec2 vSpecularColorMapUv;
#endif
#ifdef USE_SPECULAR_INTENSITYMAP
	varying vec2 vSpecularIntensityMapUv;
#endif
#ifdef USE_TRANSMISSIONMAP
	uniform mat3 transmissionMapTransform;
	varying vec2 vTransmissionMapUv;
#endif
#ifdef USE_THICKNESSMAP
	uniform mat3 thicknessMapTransform;
	varying vec2 vThicknessMapUv;
#endif`,BM=`#if defined( USE_UV ) || defined( USE_ANISOTROPY )
	varying vec2 vUv;
#endif
#ifdef USE_MAP
	uniform mat3 mapTransform;
	varying vec2 vMapUv;
#endif
#ifdef USE_ALPHAMAP
	uniform mat3 alphaMapTransform;
	varying vec2 vAlphaMapUv;
#endif
#ifdef USE_LIGHTMAP
	uniform mat3 lightMapTransform;
	varying vec2 vLightMapUv;
#endif
#ifdef USE_AOMAP
	uniform mat3 aoMapTransform;
	varying vec2 vAoMapUv;
#endif
#ifdef USE_BUMPMAP
	uniform mat3 bumpMapTransform;
	varying vec2 vBumpMapUv;
#endif
#ifdef USE_NORMALMAP
	uniform mat3 normalMapTransform;
	varying vec2 vNormalMapUv;
#endif
#ifdef USE_DISPLACEMENTMAP
	uniform mat3 displacementMapTransform;
	varying vec2 vDisplacementMapUv;
#endif
#ifdef USE_EMISSIVEMAP
	uniform mat3 emissiveMapTransform;
	varying vec2 vEmissiveMapUv;
#endif
#ifdef USE_METALNESSMAP
	uniform mat3 metalnessMapTransform;
	varying vec2 vMetalnessMapUv;
#endif
#ifdef USE_ROUGHNESSMAP
	uniform mat3 roughnessMapTransform;
	varying vec2 vRoughnessMapUv;
#endif
#ifdef USE_DIFFUSE_ROUGHNESSMAP
	uniform mat3 diffuseRoughnessMapTransform;
	varying vec2 vDiffuseRoughnessMapUv;
#endif
#ifdef USE_ANISOTROPYMAP
	uniform mat3 anisotropyMapTransform;
	varying vec2 vAnisotropyMapUv;
#endif
#ifdef USE_CLEARCOATMAP
	uniform mat3 clearcoatMapTransform;
	varying vec2 vClearcoatMapUv;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	uniform mat3 clearcoatNormalMapTransform;
	varying vec2 vClearcoatNormalMapUv;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	uniform mat3 clearcoatRoughnessMapTransform;
	varying vec2 vClearcoatRoughnessMapUv;
#endif
#ifdef USE_SHEEN_COLORMAP
	uniform mat3 sheenColorMapTransform;
	varying vec2 vSheenColorMapUv;
#endif
#ifdef USE_SHEEN_ROUGHNESSMAP
	uniform mat3 sheenRoughnessMapTransform;
	varying vec2 vSheenRoughnessMapUv;
#endif
#ifdef USE_IRIDESCENCEMAP
	uniform mat3 iridescenceMapTransform;
	varying vec2 vIridescenceMapUv;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	uniform mat3 iridescenceThicknessMapTransform;
	varying vec2 vIridescenceThicknessMapUv;
#endif
#ifdef USE_SPECULARMAP
	uniform mat3 specularMapTransform;
	varying vec2 vSpecularMapUv;
#endif
#ifdef USE_SPECULAR_COLORMAP
	uniform mat3 specularColorMapTransform;
	varying vec2 vSpecularColorMapUv;
#endif
#ifdef USE_SPECULAR_INTENSITYMAP
	uniform mat3 specularIntensityMapTransform;
	varying vec2 vSpecularIntensityMapUv;
#endif
#ifdef USE_TRANSMISSIONMAP
	uniform mat3 transmissionMapTransform;
	varying vec2 vTransmissionMapUv;
#endif
#ifdef USE_THICKNESSMAP
	uniform mat3 thicknessMapTransform;
	varying vec2 vThicknessMapUv;
#endif`,zM=`#if defined( USE_UV ) || defined( USE_ANISOTROPY )
	vUv = vec3( uv, 1 ).xy;
#endif
#ifdef USE_MAP
	vMapUv = ( mapTransform * vec3( MAP_UV, 1 ) ).xy;
#endif
#ifdef USE_ALPHAMAP
	vAlphaMapUv = ( alphaMapTransform * vec3( ALPHAMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_LIGHTMAP
	vLightMapUv = ( lightMapTransform * vec3( LIGHTMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_AOMAP
	vAoMapUv = ( aoMapTransform * vec3( AOMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_BUMPMAP
	vBumpMapUv = ( bumpMapTransform * vec3( BUMPMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_NORMALMAP
	vNormalMapUv = ( normalMapTransform * vec3( NORMALMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_DISPLACEMENTMAP
	vDisplacementMapUv = ( displacementMapTransform * vec3( DISPLACEMENTMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_EMISSIVEMAP
	vEmissiveMapUv = ( emissiveMapTransform * vec3( EMISSIVEMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_METALNESSMAP
	vMetalnessMapUv = ( metalnessMapTransform * vec3( METALNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_ROUGHNESSMAP
	vRoughnessMapUv = ( roughnessMapTransform * vec3( ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_DIFFUSE_ROUGHNESSMAP
	vDiffuseRoughnessMapUv = ( diffuseRoughnessMapTransform * vec3( DIFFUSE_ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_ANISOTROPYMAP
	vAnisotropyMapUv = ( anisotropyMapTransform * vec3( ANISOTROPYMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_CLEARCOATMAP
	vClearcoatMapUv = ( clearcoatMapTransform * vec3( CLEARCOATMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	vClearcoatNormalMapUv = ( clearcoatNormalMapTransform * vec3( CLEARCOAT_NORMALMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	vClearcoatRoughnessMapUv = ( clearcoatRoughnessMapTransform * vec3( CLEARCOAT_ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_IRIDESCENCEMAP
	vIridescenceMapUv = ( iridescenceMapTransform * vec3( IRIDESCENCEMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	vIridescenceThicknessMapUv = ( iridescenceThicknessMapTransform * vec3( IRIDESCENCE_THICKNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SHEEN_COLORMAP
	vSheenColorMapUv = ( sheenColorMapTransform * vec3( SHEEN_COLORMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SHEEN_ROUGHNESSMAP
	vSheenRoughnessMapUv = ( sheenRoughnessMapTransform * vec3( SHEEN_ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SPECULARMAP
	vSpecularMapUv = ( specularMapTransform * vec3( SPECULARMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SPECULAR_COLORMAP
	vSpecularColorMapUv = ( specularColorMapTransform * vec3( SPECULAR_COLORMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SPECULAR_INTENSITYMAP
	vSpecularIntensityMapUv = ( specularIntensityMapTransform * vec3( SPECULAR_INTENSITYMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_TRANSMISSIONMAP
	vTransmissionMapUv = ( transmissionMapTransform * vec3( TRANSMISSIONMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_THICKNESSMAP
	vThicknessMapUv = ( thicknessMapTransform * vec3( THICKNESSMAP_UV, 1 ) ).xy;
#endif`,VM=`#if defined( USE_ENVMAP ) || defined( DISTANCE ) || defined ( USE_SHADOWMAP ) || defined ( USE_TRANSMISSION ) || NUM_SPOT_LIGHT_COORDS > 0
	vec4 worldPosition = vec4( transformed, 1.0 );
	#ifdef USE_BATCHING
		worldPosition = batchingMatrix * worldPosition;
	#endif
	#ifdef USE_INSTANCING
		worldPosition = instanceMatrix * worldPosition;
	#endif
	worldPosition = modelMatrix * worldPosition;
#endif`,GM=`varying vec2 vUv;
uniform mat3 uvTransform;
void main() {
	vUv = ( uvTransform * vec3( uv, 1 ) ).xy;
	gl_Position = vec4( position.xy, 1.0, 1.0 );
}`,HM=`uniform sampler2D t2D;
uniform float backgroundIntensity;
varying vec2 vUv;
void main() {
	vec4 texColor = texture2D( t2D, vUv );
	#ifdef DECODE_VIDEO_TEXTURE
		texColor = vec4( mix( pow( texColor.rgb * 0.9478672986 + vec3( 0.0521327014 ), vec3( 2.4 ) ), texColor.rgb * 0.0773993808, vec3( lessThanEqual( texColor.rgb, vec3( 0.04045 ) ) ) ), texColor.w );
	#endif
	texColor.rgb *= backgroundIntensity;
	gl_FragColor = texColor;
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,WM=`varying vec3 vWorldDirection;
#include <common>
void main() {
	vWorldDirection = transformDirection( position, modelMatrix );
	#include <begin_vertex>
	#include <project_vertex>
	gl_Position.z = gl_Position.w;
}`,XM=`uniform float backgroundBlurriness;
uniform float backgroundIntensity;
uniform mat3 backgroundRotation;
varying vec3 vWorldDirection;
#include <envmap_common_pars_fragment>
void main() {
	#ifdef ENVMAP_TYPE_PMREM
		vec4 texColor = textureLod( envMap, backgroundRotation * vWorldDirection, roughnessToMip( backgroundBlurriness ) );
	#else
		vec4 texColor = textureCube( envMap, backgroundRotation * vWorldDirection );
	#endif
	texColor.rgb *= backgroundIntensity;
	gl_FragColor = texColor;
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,qM=`varying vec3 vWorldDirection;
#include <common>
void main() {
	vWorldDirection = transformDirection( position, modelMatrix );
	#include <begin_vertex>
	#include <project_vertex>
	gl_Position.z = gl_Position.w;
}`,YM=`uniform samplerCube tCube;
uniform float tFlip;
uniform float opacity;
varying vec3 vWorldDirection;
void main() {
	vec4 texColor = textureCube( tCube, vec3( tFlip * vWorldDirection.x, vWorldDirection.yz ) );
	gl_FragColor = texColor;
	gl_FragColor.a *= opacity;
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,$M=`#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
varying vec2 vHighPrecisionZW;
void main() {
	#include <uv_vertex>
	#include <batching_vertex>
	#include <skinbase_vertex>
	#include <morphinstance_vertex>
	#ifdef USE_DISPLACEMENTMAP
		#include <beginnormal_vertex>
		#include <morphnormal_vertex>
		#include <skinnormal_vertex>
	#endif
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vHighPrecisionZW = gl_Position.zw;
}`,ZM=`#if DEPTH_PACKING == 3200
	uniform float opacity;
#endif
#include <common>
#include <packing>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
varying vec2 vHighPrecisionZW;
void main() {
	vec4 diffuseColor = vec4( 1.0 );
	#include <clipping_planes_fragment>
	#if DEPTH_PACKING == 3200
		diffuseColor.a = opacity;
	#endif
	#include <map_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <logdepthbuf_fragment>
	#ifdef USE_REVERSED_DEPTH_BUFFER
		float fragCoordZ = vHighPrecisionZW[ 0 ] / vHighPrecisionZW[ 1 ];
	#else
		float fragCoordZ = 0.5 * vHighPrecisionZW[ 0 ] / vHighPrecisionZW[ 1 ] + 0.5;
	#endif
	#if DEPTH_PACKING == 3200
		gl_FragColor = vec4( vec3( 1.0 - fragCoordZ ), opacity );
	#elif DEPTH_PACKING == 3201
		gl_FragColor = packDepthToRGBA( fragCoordZ );
	#elif DEPTH_PACKING == 3202
		gl_FragColor = vec4( packDepthToRGB( fragCoordZ ), 1.0 );
	#elif DEPTH_PACKING == 3203
		gl_FragColor = vec4( packDepthToRG( fragCoordZ ), 0.0, 1.0 );
	#endif
}`,JM=`#define DISTANCE
varying vec3 vWorldPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <batching_vertex>
	#include <skinbase_vertex>
	#include <morphinstance_vertex>
	#ifdef USE_DISPLACEMENTMAP
		#include <beginnormal_vertex>
		#include <morphnormal_vertex>
		#include <skinnormal_vertex>
	#endif
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <worldpos_vertex>
	#include <clipping_planes_vertex>
	vWorldPosition = worldPosition.xyz;
}`,jM=`#define DISTANCE
uniform vec3 referencePosition;
uniform float nearDistance;
uniform float farDistance;
varying vec3 vWorldPosition;
#include <common>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( 1.0 );
	#include <clipping_planes_fragment>
	#include <map_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	float dist = length( vWorldPosition - referencePosition );
	dist = ( dist - nearDistance ) / ( farDistance - nearDistance );
	dist = saturate( dist );
	gl_FragColor = vec4( dist, 0.0, 0.0, 1.0 );
}`,KM=`varying vec3 vWorldDirection;
#include <common>
void main() {
	vWorldDirection = transformDirection( position, modelMatrix );
	#include <begin_vertex>
	#include <project_vertex>
}`,QM=`uniform sampler2D tEquirect;
varying vec3 vWorldDirection;
#include <common>
void main() {
	vec3 direction = normalize( vWorldDirection );
	vec2 sampleUV = equirectUv( direction );
	gl_FragColor = texture2D( tEquirect, sampleUV );
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,tw=`uniform float scale;
attribute float lineDistance;
varying float vLineDistance;
#include <common>
#include <uv_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	vLineDistance = scale * lineDistance;
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <fog_vertex>
}`,ew=`uniform vec3 diffuse;
uniform float opacity;
uniform float dashSize;
uniform float totalSize;
varying float vLineDistance;
#include <common>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <fog_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	if ( mod( vLineDistance, totalSize ) > dashSize ) {
		discard;
	}
	vec3 outgoingLight = vec3( 0.0 );
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	outgoingLight = diffuseColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
}`,nw=`#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <envmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#if defined ( USE_ENVMAP ) || defined ( USE_SKINNING )
		#include <beginnormal_vertex>
		#include <morphnormal_vertex>
		#include <skinbase_vertex>
		#include <skinnormal_vertex>
		#include <defaultnormal_vertex>
	#endif
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <worldpos_vertex>
	#include <envmap_vertex>
	#include <fog_vertex>
}`,iw=`uniform vec3 diffuse;
uniform float opacity;
#ifndef FLAT_SHADED
	varying vec3 vNormal;
#endif
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_pars_fragment>
#include <fog_pars_fragment>
#include <specularmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <specularmap_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	#ifdef USE_LIGHTMAP
		vec4 lightMapTexel = texture2D( lightMap, vLightMapUv );
		reflectedLight.indirectDiffuse += lightMapTexel.rgb * lightMapIntensity * RECIPROCAL_PI;
	#else
		reflectedLight.indirectDiffuse += vec3( 1.0 );
	#endif
	#include <aomap_fragment>
	reflectedLight.indirectDiffuse *= diffuseColor.rgb;
	vec3 outgoingLight = reflectedLight.indirectDiffuse;
	#include <envmap_fragment>
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,sw=`#define LAMBERT
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <envmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <envmap_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,rw=`#define LAMBERT
uniform vec3 diffuse;
uniform vec3 emissive;
uniform float opacity;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_pars_fragment>
#include <envmap_physical_pars_fragment>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_lambert_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <specularmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <specularmap_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_lambert_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 outgoingLight = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse + totalEmissiveRadiance;
	#include <envmap_fragment>
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,ow=`#define MATCAP
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <color_pars_vertex>
#include <displacementmap_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <fog_vertex>
	vViewPosition = - mvPosition.xyz;
}`,aw=`#define MATCAP
uniform vec3 diffuse;
uniform float opacity;
uniform sampler2D matcap;
varying vec3 vViewPosition;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <fog_pars_fragment>
#include <normal_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	vec3 viewDir = normalize( vViewPosition );
	vec3 x = normalize( vec3( viewDir.z, 0.0, - viewDir.x ) );
	vec3 y = cross( viewDir, x );
	vec2 uv = vec2( dot( x, normal ), dot( y, normal ) ) * 0.495 + 0.5;
	#ifdef USE_MATCAP
		vec4 matcapColor = texture2D( matcap, uv );
	#else
		vec4 matcapColor = vec4( vec3( mix( 0.2, 0.8, uv.y ) ), 1.0 );
	#endif
	vec3 outgoingLight = diffuseColor.rgb * matcapColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,lw=`#define NORMAL
#if defined( FLAT_SHADED ) || defined( USE_BUMPMAP ) || defined( USE_NORMALMAP_TANGENTSPACE )
	varying vec3 vViewPosition;
#endif
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphinstance_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
#if defined( FLAT_SHADED ) || defined( USE_BUMPMAP ) || defined( USE_NORMALMAP_TANGENTSPACE )
	vViewPosition = - mvPosition.xyz;
#endif
}`,cw=`#define NORMAL
uniform float opacity;
#if defined( FLAT_SHADED ) || defined( USE_BUMPMAP ) || defined( USE_NORMALMAP_TANGENTSPACE )
	varying vec3 vViewPosition;
#endif
#include <uv_pars_fragment>
#include <normal_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( 0.0, 0.0, 0.0, opacity );
	#include <clipping_planes_fragment>
	#include <logdepthbuf_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	gl_FragColor = vec4( normalize( normal ) * 0.5 + 0.5, diffuseColor.a );
	#ifdef OPAQUE
		gl_FragColor.a = 1.0;
	#endif
}`,hw=`#define PHONG
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <envmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphinstance_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <envmap_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,uw=`#define PHONG
uniform vec3 diffuse;
uniform vec3 emissive;
uniform vec3 specular;
uniform float shininess;
uniform float opacity;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_pars_fragment>
#include <envmap_physical_pars_fragment>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_phong_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <specularmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <specularmap_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_phong_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 outgoingLight = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse + reflectedLight.directSpecular + reflectedLight.indirectSpecular + totalEmissiveRadiance;
	#include <envmap_fragment>
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,dw=`#define STANDARD
varying vec3 vViewPosition;
#ifdef USE_TRANSMISSION
	varying vec3 vWorldPosition;
#endif
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
#ifdef USE_TRANSMISSION
	vWorldPosition = worldPosition.xyz;
#endif
}`,fw=`#define STANDARD
#ifdef PHYSICAL
	#define IOR
	#define USE_SPECULAR
#endif
uniform vec3 diffuse;
uniform vec3 emissive;
uniform float roughness;
uniform float metalness;
uniform float opacity;
#ifdef IOR
	uniform float ior;
#endif
#ifdef USE_SPECULAR
	uniform float specularIntensity;
	uniform vec3 specularColor;
	#ifdef USE_SPECULAR_COLORMAP
		uniform sampler2D specularColorMap;
	#endif
	#ifdef USE_SPECULAR_INTENSITYMAP
		uniform sampler2D specularIntensityMap;
	#endif
#endif
#ifdef USE_CLEARCOAT
	uniform float clearcoat;
	uniform float clearcoatRoughness;
#endif
#ifdef USE_DIFFUSE_ROUGHNESS
	uniform float diffuseRoughness;
	#ifdef USE_DIFFUSE_ROUGHNESSMAP
		uniform sampler2D diffuseRoughnessMap;
	#endif
#endif
#ifdef USE_DISPERSION
	uniform float dispersion;
#endif
#ifdef USE_RETROREFLECTION
	uniform float retroreflectivity;
#endif
#ifdef USE_IRIDESCENCE
	uniform float iridescence;
	uniform float iridescenceIOR;
	uniform float iridescenceThicknessMinimum;
	uniform float iridescenceThicknessMaximum;
#endif
#ifdef USE_SHEEN
	uniform vec3 sheenColor;
	uniform float sheenRoughness;
	#ifdef USE_SHEEN_COLORMAP
		uniform sampler2D sheenColorMap;
	#endif
	#ifdef USE_SHEEN_ROUGHNESSMAP
		uniform sampler2D sheenRoughnessMap;
	#endif
#endif
#ifdef USE_ANISOTROPY
	uniform vec2 anisotropyVector;
	#ifdef USE_ANISOTROPYMAP
		uniform sampler2D anisotropyMap;
	#endif
#endif
varying vec3 vViewPosition;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <iridescence_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_physical_pars_fragment>
#include <fog_pars_fragment>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_physical_pars_fragment>
#include <transmission_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <clearcoat_pars_fragment>
#include <iridescence_pars_fragment>
#include <roughnessmap_pars_fragment>
#include <metalnessmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <roughnessmap_fragment>
	#include <metalnessmap_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <clearcoat_normal_fragment_begin>
	#include <clearcoat_normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_physical_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 totalDiffuse = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse;
	vec3 totalSpecular = reflectedLight.directSpecular + reflectedLight.indirectSpecular;
	#include <transmission_fragment>
	vec3 outgoingLight = totalDiffuse + totalSpecular + totalEmissiveRadiance;
	#ifdef USE_SHEEN
 
		outgoingLight = outgoingLight + sheenSpecularDirect + sheenSpecularIndirect;
 
 	#endif
	#ifdef USE_CLEARCOAT
		float dotNVcc = saturate( dot( geometryClearcoatNormal, geometryViewDir ) );
		vec3 Fcc = F_Schlick( material.clearcoatF0, material.clearcoatF90, dotNVcc );
		outgoingLight = outgoingLight * ( 1.0 - material.clearcoat * Fcc ) + ( clearcoatSpecularDirect + clearcoatSpecularIndirect ) * material.clearcoat;
	#endif
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,pw=`#define TOON
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,mw=`#define TOON
uniform vec3 diffuse;
uniform vec3 emissive;
uniform float opacity;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <gradientmap_pars_fragment>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_toon_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_toon_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 outgoingLight = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse + totalEmissiveRadiance;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,gw=`uniform float size;
uniform float scale;
#include <common>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
#ifdef USE_POINTS_UV
	varying vec2 vUv;
	uniform mat3 uvTransform;
#endif
void main() {
	#ifdef USE_POINTS_UV
		vUv = ( uvTransform * vec3( uv, 1 ) ).xy;
	#endif
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <project_vertex>
	gl_PointSize = size;
	#ifdef USE_SIZEATTENUATION
		bool isPerspective = isPerspectiveMatrix( projectionMatrix );
		if ( isPerspective ) gl_PointSize *= ( scale / - mvPosition.z );
	#endif
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <worldpos_vertex>
	#include <fog_vertex>
}`,_w=`uniform vec3 diffuse;
uniform float opacity;
#include <common>
#include <color_pars_fragment>
#include <map_particle_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <fog_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	vec3 outgoingLight = vec3( 0.0 );
	#include <logdepthbuf_fragment>
	#include <map_particle_fragment>
	#include <color_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	outgoingLight = diffuseColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
}`,xw=`#include <common>
#include <batching_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <shadowmap_pars_vertex>
void main() {
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphinstance_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <worldpos_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,yw=`uniform vec3 color;
uniform float opacity;
#include <common>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <logdepthbuf_pars_fragment>
#include <shadowmap_pars_fragment>
#include <shadowmask_pars_fragment>
void main() {
	#include <logdepthbuf_fragment>
	gl_FragColor = vec4( color, opacity * ( 1.0 - getShadowMask() ) );
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
}`,vw=`uniform float rotation;
uniform vec2 center;
#include <common>
#include <uv_pars_vertex>
#include <fog_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	vec4 mvPosition = modelViewMatrix[ 3 ];
	vec2 scale = vec2( length( modelMatrix[ 0 ].xyz ), length( modelMatrix[ 1 ].xyz ) );
	#ifndef USE_SIZEATTENUATION
		bool isPerspective = isPerspectiveMatrix( projectionMatrix );
		if ( isPerspective ) scale *= - mvPosition.z;
	#endif
	vec2 alignedPosition = ( position.xy - ( center - vec2( 0.5 ) ) ) * scale;
	vec2 rotatedPosition;
	rotatedPosition.x = cos( rotation ) * alignedPosition.x - sin( rotation ) * alignedPosition.y;
	rotatedPosition.y = sin( rotation ) * alignedPosition.x + cos( rotation ) * alignedPosition.y;
	mvPosition.xy += rotatedPosition;
	gl_Position = projectionMatrix * mvPosition;
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <fog_vertex>
}`,bw=`uniform vec3 diffuse;
uniform float opacity;
#include <common>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <fog_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	vec3 outgoingLight = vec3( 0.0 );
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	outgoingLight = diffuseColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
}`,ue={alphahash_fragment:Hb,alphahash_pars_fragment:Wb,alphamap_fragment:Xb,alphamap_pars_fragment:qb,alphatest_fragment:Yb,alphatest_pars_fragment:$b,aomap_fragment:Zb,aomap_pars_fragment:Jb,batching_pars_vertex:jb,batching_vertex:Kb,begin_vertex:Qb,beginnormal_vertex:tS,bsdfs:eS,iridescence_fragment:nS,bumpmap_pars_fragment:iS,clipping_planes_fragment:sS,clipping_planes_pars_fragment:rS,clipping_planes_pars_vertex:oS,clipping_planes_vertex:aS,color_fragment:lS,color_pars_fragment:cS,color_pars_vertex:hS,color_vertex:uS,common:dS,defaultnormal_vertex:fS,displacementmap_pars_vertex:pS,displacementmap_vertex:mS,emissivemap_fragment:gS,emissivemap_pars_fragment:_S,colorspace_fragment:xS,colorspace_pars_fragment:yS,envmap_fragment:vS,envmap_common_pars_fragment:bS,envmap_pars_fragment:SS,envmap_pars_vertex:MS,envmap_physical_pars_fragment:DS,envmap_vertex:wS,fog_vertex:TS,fog_pars_vertex:AS,fog_fragment:ES,fog_pars_fragment:CS,gradientmap_pars_fragment:RS,lightmap_pars_fragment:PS,lights_lambert_fragment:IS,lights_lambert_pars_fragment:LS,lights_pars_begin:NS,lights_toon_fragment:US,lights_toon_pars_fragment:FS,lights_phong_fragment:OS,lights_phong_pars_fragment:kS,lights_physical_fragment:BS,lights_physical_pars_fragment:zS,lights_fragment_begin:VS,lights_fragment_maps:GS,lights_fragment_end:HS,lightprobes_pars_fragment:WS,logdepthbuf_fragment:XS,logdepthbuf_pars_fragment:qS,logdepthbuf_pars_vertex:YS,logdepthbuf_vertex:$S,map_fragment:ZS,map_pars_fragment:JS,map_particle_fragment:jS,map_particle_pars_fragment:KS,metalnessmap_fragment:QS,metalnessmap_pars_fragment:tM,morphinstance_vertex:eM,morphcolor_vertex:nM,morphnormal_vertex:iM,morphtarget_pars_vertex:sM,morphtarget_vertex:rM,normal_fragment_begin:oM,normal_fragment_maps:aM,normal_pars_fragment:lM,normal_pars_vertex:cM,normal_vertex:hM,normalmap_pars_fragment:uM,clearcoat_normal_fragment_begin:dM,clearcoat_normal_fragment_maps:fM,clearcoat_pars_fragment:pM,iridescence_pars_fragment:mM,opaque_fragment:gM,packing:_M,premultiplied_alpha_fragment:xM,project_vertex:yM,dithering_fragment:vM,dithering_pars_fragment:bM,roughnessmap_fragment:SM,roughnessmap_pars_fragment:MM,shadowmap_pars_fragment:wM,shadowmap_pars_vertex:TM,shadowmap_vertex:AM,shadowmask_pars_fragment:EM,skinbase_vertex:CM,skinning_pars_vertex:RM,skinning_vertex:PM,skinnormal_vertex:IM,specularmap_fragment:LM,specularmap_pars_fragment:NM,tonemapping_fragment:DM,tonemapping_pars_fragment:UM,transmission_fragment:FM,transmission_pars_fragment:OM,uv_pars_fragment:kM,uv_pars_vertex:BM,uv_vertex:zM,worldpos_vertex:VM,background_vert:GM,background_frag:HM,backgroundCube_vert:WM,backgroundCube_frag:XM,cube_vert:qM,cube_frag:YM,depth_vert:$M,depth_frag:ZM,distance_vert:JM,distance_frag:jM,equirect_vert:KM,equirect_frag:QM,linedashed_vert:tw,linedashed_frag:ew,meshbasic_vert:nw,meshbasic_frag:iw,meshlambert_vert:sw,meshlambert_frag:rw,meshmatcap_vert:ow,meshmatcap_frag:aw,meshnormal_vert:lw,meshnormal_frag:cw,meshphong_vert:hw,meshphong_frag:uw,meshphysical_vert:dw,meshphysical_frag:fw,meshtoon_vert:pw,meshtoon_frag:mw,points_vert:gw,points_frag:_w,shadow_vert:xw,shadow_frag:yw,sprite_vert:vw,sprite_frag:bw},Lt={common:{diffuse:{value:new qt(16777215)},opacity:{value:1},map:{value:null},mapTransform:{value:new ie},alphaMap:{value:null},alphaMapTransform:{value:new ie},alphaTest:{value:0}},specularmap:{specularMap:{value:null},specularMapTransform:{value:new ie}},envmap:{envMap:{value:null},envMapRotation:{value:new ie},reflectivity:{value:1},ior:{value:1.5},refractionRatio:{value:.98},dfgLUT:{value:null}},aomap:{aoMap:{value:null},aoMapIntensity:{value:1},aoMapTransform:{value:new ie}},lightmap:{lightMap:{value:null},lightMapIntensity:{value:1},lightMapTransform:{value:new ie}},bumpmap:{bumpMap:{value:null},bumpMapTransform:{value:new ie},bumpScale:{value:1}},normalmap:{normalMap:{value:null},normalMapTransform:{value:new ie},normalScale:{value:new Ht(1,1)}},displacementmap:{displacementMap:{value:null},displacementMapTransform:{value:new ie},displacementScale:{value:1},displacementBias:{value:0}},emissivemap:{emissiveMap:{value:null},emissiveMapTransform:{value:new ie}},metalnessmap:{metalnessMap:{value:null},metalnessMapTransform:{value:new ie}},roughnessmap:{roughnessMap:{value:null},roughnessMapTransform:{value:new ie}},gradientmap:{gradientMap:{value:null}},fog:{fogDensity:{value:25e-5},fogNear:{value:1},fogFar:{value:2e3},fogColor:{value:new qt(16777215)}},lights:{ambientLightColor:{value:[]},lightProbe:{value:[]},sunLights:{value:[],properties:{direction:{},color:{}}},sunLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{}}},sunShadowMatrix:{value:[]},sunShadowCascade:{value:[]},directionalLights:{value:[],properties:{direction:{},color:{}}},directionalLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{}}},directionalShadowMatrix:{value:[]},spotLights:{value:[],properties:{color:{},position:{},direction:{},distance:{},coneCos:{},penumbraCos:{},decay:{}}},spotLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{}}},spotLightMap:{value:[]},spotLightMatrix:{value:[]},pointLights:{value:[],properties:{color:{},position:{},decay:{},distance:{}}},pointLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{},shadowCameraNear:{},shadowCameraFar:{}}},pointShadowMatrix:{value:[]},hemisphereLights:{value:[],properties:{direction:{},skyColor:{},groundColor:{}}},rectAreaLights:{value:[],properties:{color:{},position:{},width:{},height:{}}},ltc_1:{value:null},ltc_2:{value:null},probesSH:{value:[]},probesMin:{value:[]},probesMax:{value:[]},probesResolution:{value:[]}},points:{diffuse:{value:new qt(16777215)},opacity:{value:1},size:{value:1},scale:{value:1},map:{value:null},alphaMap:{value:null},alphaMapTransform:{value:new ie},alphaTest:{value:0},uvTransform:{value:new ie}},sprite:{diffuse:{value:new qt(16777215)},opacity:{value:1},center:{value:new Ht(.5,.5)},rotation:{value:0},map:{value:null},mapTransform:{value:new ie},alphaMap:{value:null},alphaMapTransform:{value:new ie},alphaTest:{value:0}}},fs={basic:{uniforms:$n([Lt.common,Lt.specularmap,Lt.envmap,Lt.aomap,Lt.lightmap,Lt.fog]),vertexShader:ue.meshbasic_vert,fragmentShader:ue.meshbasic_frag},lambert:{uniforms:$n([Lt.common,Lt.specularmap,Lt.envmap,Lt.aomap,Lt.lightmap,Lt.emissivemap,Lt.bumpmap,Lt.normalmap,Lt.displacementmap,Lt.fog,Lt.lights,{emissive:{value:new qt(0)},envMapIntensity:{value:1}}]),vertexShader:ue.meshlambert_vert,fragmentShader:ue.meshlambert_frag},phong:{uniforms:$n([Lt.common,Lt.specularmap,Lt.envmap,Lt.aomap,Lt.lightmap,Lt.emissivemap,Lt.bumpmap,Lt.normalmap,Lt.displacementmap,Lt.fog,Lt.lights,{emissive:{value:new qt(0)},specular:{value:new qt(1118481)},shininess:{value:30},envMapIntensity:{value:1}}]),vertexShader:ue.meshphong_vert,fragmentShader:ue.meshphong_frag},standard:{uniforms:$n([Lt.common,Lt.envmap,Lt.aomap,Lt.lightmap,Lt.emissivemap,Lt.bumpmap,Lt.normalmap,Lt.displacementmap,Lt.roughnessmap,Lt.metalnessmap,Lt.fog,Lt.lights,{emissive:{value:new qt(0)},roughness:{value:1},metalness:{value:0},envMapIntensity:{value:1}}]),vertexShader:ue.meshphysical_vert,fragmentShader:ue.meshphysical_frag},toon:{uniforms:$n([Lt.common,Lt.aomap,Lt.lightmap,Lt.emissivemap,Lt.bumpmap,Lt.normalmap,Lt.displacementmap,Lt.gradientmap,Lt.fog,Lt.lights,{emissive:{value:new qt(0)}}]),vertexShader:ue.meshtoon_vert,fragmentShader:ue.meshtoon_frag},matcap:{uniforms:$n([Lt.common,Lt.bumpmap,Lt.normalmap,Lt.displacementmap,Lt.fog,{matcap:{value:null}}]),vertexShader:ue.meshmatcap_vert,fragmentShader:ue.meshmatcap_frag},points:{uniforms:$n([Lt.points,Lt.fog]),vertexShader:ue.points_vert,fragmentShader:ue.points_frag},dashed:{uniforms:$n([Lt.common,Lt.fog,{scale:{value:1},dashSize:{value:1},totalSize:{value:2}}]),vertexShader:ue.linedashed_vert,fragmentShader:ue.linedashed_frag},depth:{uniforms:$n([Lt.common,Lt.displacementmap]),vertexShader:ue.depth_vert,fragmentShader:ue.depth_frag},normal:{uniforms:$n([Lt.common,Lt.bumpmap,Lt.normalmap,Lt.displacementmap,{opacity:{value:1}}]),vertexShader:ue.meshnormal_vert,fragmentShader:ue.meshnormal_frag},sprite:{uniforms:$n([Lt.sprite,Lt.fog]),vertexShader:ue.sprite_vert,fragmentShader:ue.sprite_frag},background:{uniforms:{uvTransform:{value:new ie},t2D:{value:null},backgroundIntensity:{value:1}},vertexShader:ue.background_vert,fragmentShader:ue.background_frag},backgroundCube:{uniforms:{envMap:{value:null},backgroundBlurriness:{value:0},backgroundIntensity:{value:1},backgroundRotation:{value:new ie}},vertexShader:ue.backgroundCube_vert,fragmentShader:ue.backgroundCube_frag},cube:{uniforms:{tCube:{value:null},tFlip:{value:-1},opacity:{value:1}},vertexShader:ue.cube_vert,fragmentShader:ue.cube_frag},equirect:{uniforms:{tEquirect:{value:null}},vertexShader:ue.equirect_vert,fragmentShader:ue.equirect_frag},distance:{uniforms:$n([Lt.common,Lt.displacementmap,{referencePosition:{value:new H},nearDistance:{value:1},farDistance:{value:1e3}}]),vertexShader:ue.distance_vert,fragmentShader:ue.distance_frag},shadow:{uniforms:$n([Lt.lights,Lt.fog,{color:{value:new qt(0)},opacity:{value:1}}]),vertexShader:ue.shadow_vert,fragmentShader:ue.shadow_frag}};fs.physical={uniforms:$n([fs.standard.uniforms,{clearcoat:{value:0},clearcoatMap:{value:null},clearcoatMapTransform:{value:new ie},clearcoatNormalMap:{value:null},clearcoatNormalMapTransform:{value:new ie},clearcoatNormalScale:{value:new Ht(1,1)},clearcoatRoughness:{value:0},clearcoatRoughnessMap:{value:null},clearcoatRoughnessMapTransform:{value:new ie},diffuseRoughness:{value:0},diffuseRoughnessMap:{value:null},diffuseRoughnessMapTransform:{value:new ie},dispersion:{value:0},retroreflectivity:{value:0},iridescence:{value:0},iridescenceMap:{value:null},iridescenceMapTransform:{value:new ie},iridescenceIOR:{value:1.3},iridescenceThicknessMinimum:{value:100},iridescenceThicknessMaximum:{value:400},iridescenceThicknessMap:{value:null},iridescenceThicknessMapTransform:{value:new ie},sheen:{value:0},sheenColor:{value:new qt(0)},sheenColorMap:{value:null},sheenColorMapTransform:{value:new ie},sheenRoughness:{value:1},sheenRoughnessMap:{value:null},sheenRoughnessMapTransform:{value:new ie},transmission:{value:0},transmissionMap:{value:null},transmissionMapTransform:{value:new ie},transmissionSamplerSize:{value:new Ht},transmissionSamplerMap:{value:null},thickness:{value:0},thicknessMap:{value:null},thicknessMapTransform:{value:new ie},attenuationDistance:{value:0},attenuationColor:{value:new qt(0)},specularColor:{value:new qt(1,1,1)},specularColorMap:{value:null},specularColorMapTransform:{value:new ie},specularIntensity:{value:1},specularIntensityMap:{value:null},specularIntensityMapTransform:{value:new ie},anisotropyVector:{value:new Ht},anisotropyMap:{value:null},anisotropyMapTransform:{value:new ie}}]),vertexShader:ue.meshphysical_vert,fragmentShader:ue.meshphysical_frag};var ru={r:0,b:0,g:0},Sw=new $t,S_=new ie;S_.set(-1,0,0,0,1,0,0,0,1);function Mw(i,t,e,n,s,r){let o=new qt(0),a=s===!0?0:1,l,c,h=null,d=0,u=null;function f(x){let M=x.isScene===!0?x.background:null;if(M&&M.isTexture){let v=x.backgroundBlurriness>0;M=t.get(M,v)}return M}function m(x){let M=!1,v=f(x);v===null?p(o,a):v&&v.isColor&&(p(v,1),M=!0);let A=i.xr.getEnvironmentBlendMode();A==="additive"?e.buffers.color.setClear(0,0,0,1,r):A==="alpha-blend"&&e.buffers.color.setClear(0,0,0,0,r),(i.autoClear||M)&&(e.buffers.depth.setTest(!0),e.buffers.depth.setMask(!0),e.buffers.color.setMask(!0),i.clear(i.autoClearColor,i.autoClearDepth,i.autoClearStencil))}function y(x,M){let v=f(M);v&&v.isCubeTexture?(c===void 0&&(c=new He(new nr(1,1,1),new rs({name:"BackgroundCubeMaterial",uniforms:Gr(fs.backgroundCube.uniforms),vertexShader:fs.backgroundCube.vertexShader,fragmentShader:fs.backgroundCube.fragmentShader,side:si,depthTest:!1,depthWrite:!1,fog:!1,allowOverride:!1})),c.geometry.deleteAttribute("normal"),c.geometry.deleteAttribute("uv"),c.onBeforeRender=function(A,w,_){this.matrixWorld.copyPosition(_.matrixWorld)},Object.defineProperty(c.material,"envMap",{get:function(){return this.uniforms.envMap.value}}),n.update(c)),c.material.uniforms.envMap.value=v,c.material.uniforms.backgroundBlurriness.value=M.backgroundBlurriness,c.material.uniforms.backgroundIntensity.value=M.backgroundIntensity,c.material.uniforms.backgroundRotation.value.setFromMatrix4(Sw.makeRotationFromEuler(M.backgroundRotation)).transpose(),v.isRenderTargetTexture===!1&&c.material.uniforms.backgroundRotation.value.premultiply(S_),c.material.toneMapped=le.getTransfer(v.colorSpace)!==Re,(h!==v||d!==v.version||u!==i.toneMapping)&&(c.material.needsUpdate=!0,h=v,d=v.version,u=i.toneMapping),c.layers.enableAll(),x.unshift(c,c.geometry,c.material,0,0,null)):v&&v.isTexture&&(l===void 0&&(l=new He(new il(2,2),new rs({name:"BackgroundMaterial",uniforms:Gr(fs.background.uniforms),vertexShader:fs.background.vertexShader,fragmentShader:fs.background.fragmentShader,side:cs,depthTest:!1,depthWrite:!1,fog:!1,allowOverride:!1})),l.geometry.deleteAttribute("normal"),Object.defineProperty(l.material,"map",{get:function(){return this.uniforms.t2D.value}}),n.update(l)),l.material.uniforms.t2D.value=v,l.material.uniforms.backgroundIntensity.value=M.backgroundIntensity,l.material.toneMapped=le.getTransfer(v.colorSpace)!==Re,v.matrixAutoUpdate===!0&&v.updateMatrix(),l.material.uniforms.uvTransform.value.copy(v.matrix),(h!==v||d!==v.version||u!==i.toneMapping)&&(l.material.needsUpdate=!0,h=v,d=v.version,u=i.toneMapping),l.layers.enableAll(),x.unshift(l,l.geometry,l.material,0,0,null))}function p(x,M){x.getRGB(ru,Vf(i)),e.buffers.color.setClear(ru.r,ru.g,ru.b,M,r)}function g(){c!==void 0&&(c.geometry.dispose(),c.material.dispose(),c=void 0),l!==void 0&&(l.geometry.dispose(),l.material.dispose(),l=void 0)}return{getClearColor:function(){return o},setClearColor:function(x,M=1){o.set(x),a=M,p(o,a)},getClearAlpha:function(){return a},setClearAlpha:function(x){a=x,p(o,a)},render:m,addToRenderList:y,dispose:g}}function ww(i,t){let e=i.getParameter(i.MAX_VERTEX_ATTRIBS),n={},s=u(null),r=s,o=!1;function a(R,U,k,D,G){let O=!1,V=d(R,D,k,U);r!==V&&(r=V,c(r.object)),O=f(R,D,k,G),O&&m(R,D,k,G),G!==null&&t.update(G,i.ELEMENT_ARRAY_BUFFER),(O||o)&&(o=!1,v(R,U,k,D),G!==null&&i.bindBuffer(i.ELEMENT_ARRAY_BUFFER,t.get(G).buffer))}function l(){return i.createVertexArray()}function c(R){return i.bindVertexArray(R)}function h(R){return i.deleteVertexArray(R)}function d(R,U,k,D){let G=D.wireframe===!0,O=n[U.id];O===void 0&&(O={},n[U.id]=O);let V=R.isInstancedMesh===!0?R.id:0,it=O[V];it===void 0&&(it={},O[V]=it);let Y=it[k.id];Y===void 0&&(Y={},it[k.id]=Y);let j=Y[G];return j===void 0&&(j=u(l()),Y[G]=j),j}function u(R){let U=[],k=[],D=[];for(let G=0;G<e;G++)U[G]=0,k[G]=0,D[G]=0;return{geometry:null,program:null,wireframe:!1,newAttributes:U,enabledAttributes:k,attributeDivisors:D,object:R,attributes:{},index:null}}function f(R,U,k,D){let G=r.attributes,O=U.attributes,V=0,it=k.getAttributes();for(let Y in it)if(it[Y].location>=0){let tt=G[Y],ht=O[Y];if(ht===void 0&&(Y==="instanceMatrix"&&R.instanceMatrix&&(ht=R.instanceMatrix),Y==="instanceColor"&&R.instanceColor&&(ht=R.instanceColor)),tt===void 0||tt.attribute!==ht||ht&&tt.data!==ht.data)return!0;V++}return r.attributesNum!==V||r.index!==D}function m(R,U,k,D){let G={},O=U.attributes,V=0,it=k.getAttributes();for(let Y in it)if(it[Y].location>=0){let tt=O[Y];tt===void 0&&(Y==="instanceMatrix"&&R.instanceMatrix&&(tt=R.instanceMatrix),Y==="instanceColor"&&R.instanceColor&&(tt=R.instanceColor));let ht={};ht.attribute=tt,tt&&tt.data&&(ht.data=tt.data),G[Y]=ht,V++}r.attributes=G,r.attributesNum=V,r.index=D}function y(){let R=r.newAttributes;for(let U=0,k=R.length;U<k;U++)R[U]=0}function p(R){g(R,0)}function g(R,U){let k=r.newAttributes,D=r.enabledAttributes,G=r.attributeDivisors;k[R]=1,D[R]===0&&(i.enableVertexAttribArray(R),D[R]=1),G[R]!==U&&(i.vertexAttribDivisor(R,U),G[R]=U)}function x(){let R=r.newAttributes,U=r.enabledAttributes;for(let k=0,D=U.length;k<D;k++)U[k]!==R[k]&&(i.disableVertexAttribArray(k),U[k]=0)}function M(R,U,k,D,G,O,V){V===!0?i.vertexAttribIPointer(R,U,k,G,O):i.vertexAttribPointer(R,U,k,D,G,O)}function v(R,U,k,D){y();let G=D.attributes,O=k.getAttributes(),V=U.defaultAttributeValues;for(let it in O){let Y=O[it];if(Y.location>=0){let j=G[it];if(j===void 0&&(it==="instanceMatrix"&&R.instanceMatrix&&(j=R.instanceMatrix),it==="instanceColor"&&R.instanceColor&&(j=R.instanceColor)),j!==void 0){let tt=j.normalized,ht=j.itemSize,st=t.get(j);if(st===void 0)continue;let q=st.buffer,rt=st.type,nt=st.bytesPerElement,lt=rt===i.INT||rt===i.UNSIGNED_INT||j.gpuType===bh;if(j.isInterleavedBufferAttribute){let gt=j.data,Ut=gt.isInterleavedBuffer===!0?gt.stride:gt.itemSize,Jt=j.offset;if(gt.isInstancedInterleavedBuffer||gt.isInstancedBufferAttribute){for(let kt=0;kt<Y.locationSize;kt++)g(Y.location+kt,gt.meshPerAttribute);R.isInstancedMesh!==!0&&D._maxInstanceCount===void 0&&(D._maxInstanceCount=gt.meshPerAttribute*gt.count)}else for(let kt=0;kt<Y.locationSize;kt++)p(Y.location+kt);i.bindBuffer(i.ARRAY_BUFFER,q);for(let kt=0;kt<Y.locationSize;kt++)M(Y.location+kt,ht/Y.locationSize,rt,tt,Ut*nt,(Jt+ht/Y.locationSize*kt)*nt,lt)}else{if(j.isInstancedBufferAttribute){for(let gt=0;gt<Y.locationSize;gt++)g(Y.location+gt,j.meshPerAttribute);R.isInstancedMesh!==!0&&D._maxInstanceCount===void 0&&(D._maxInstanceCount=j.meshPerAttribute*j.count)}else for(let gt=0;gt<Y.locationSize;gt++)p(Y.location+gt);i.bindBuffer(i.ARRAY_BUFFER,q);for(let gt=0;gt<Y.locationSize;gt++)M(Y.location+gt,ht/Y.locationSize,rt,tt,ht*nt,ht/Y.locationSize*gt*nt,lt)}}else if(V!==void 0){let tt=V[it];if(tt!==void 0)switch(tt.length){case 2:i.vertexAttrib2fv(Y.location,tt);break;case 3:i.vertexAttrib3fv(Y.location,tt);break;case 4:i.vertexAttrib4fv(Y.location,tt);break;default:i.vertexAttrib1fv(Y.location,tt)}}}}x()}function A(){I();for(let R in n){let U=n[R];for(let k in U){let D=U[k];for(let G in D){let O=D[G];for(let V in O)h(O[V].object),delete O[V];delete D[G]}}delete n[R]}}function w(R){if(n[R.id]===void 0)return;let U=n[R.id];for(let k in U){let D=U[k];for(let G in D){let O=D[G];for(let V in O)h(O[V].object),delete O[V];delete D[G]}}delete n[R.id]}function _(R){for(let U in n){let k=n[U];for(let D in k){let G=k[D];if(G[R.id]===void 0)continue;let O=G[R.id];for(let V in O)h(O[V].object),delete O[V];delete G[R.id]}}}function S(R){for(let U in n){let k=n[U],D=R.isInstancedMesh===!0?R.id:0,G=k[D];if(G!==void 0){for(let O in G){let V=G[O];for(let it in V)h(V[it].object),delete V[it];delete G[O]}delete k[D],Object.keys(k).length===0&&delete n[U]}}}function I(){P(),o=!0,r!==s&&(r=s,c(r.object))}function P(){s.geometry=null,s.program=null,s.wireframe=!1}return{setup:a,reset:I,resetDefaultState:P,dispose:A,releaseStatesOfGeometry:w,releaseStatesOfObject:S,releaseStatesOfProgram:_,initAttributes:y,enableAttribute:p,disableUnusedAttributes:x}}function Tw(i,t,e){let n;function s(l){n=l}function r(l,c){i.drawArrays(n,l,c),e.update(c,n,1)}function o(l,c,h){h!==0&&(i.drawArraysInstanced(n,l,c,h),e.update(c,n,h))}function a(l,c,h){if(h===0)return;t.get("WEBGL_multi_draw").multiDrawArraysWEBGL(n,l,0,c,0,h);let u=0;for(let f=0;f<h;f++)u+=c[f];e.update(u,n,1)}this.setMode=s,this.render=r,this.renderInstances=o,this.renderMultiDraw=a}function Aw(i,t,e,n){let s;function r(){if(s!==void 0)return s;if(t.has("EXT_texture_filter_anisotropic")===!0){let _=t.get("EXT_texture_filter_anisotropic");s=i.getParameter(_.MAX_TEXTURE_MAX_ANISOTROPY_EXT)}else s=0;return s}function o(_){return!(_!==Di&&n.convert(_)!==i.getParameter(i.IMPLEMENTATION_COLOR_READ_FORMAT))}function a(_){let S=_===$i&&(t.has("EXT_color_buffer_half_float")||t.has("EXT_color_buffer_float"));return!(_!==li&&_!==Ni&&!S&&n.convert(_)!==i.getParameter(i.IMPLEMENTATION_COLOR_READ_TYPE))}function l(_){if(_==="highp"){if(i.getShaderPrecisionFormat(i.VERTEX_SHADER,i.HIGH_FLOAT).precision>0&&i.getShaderPrecisionFormat(i.FRAGMENT_SHADER,i.HIGH_FLOAT).precision>0)return"highp";_="mediump"}return _==="mediump"&&i.getShaderPrecisionFormat(i.VERTEX_SHADER,i.MEDIUM_FLOAT).precision>0&&i.getShaderPrecisionFormat(i.FRAGMENT_SHADER,i.MEDIUM_FLOAT).precision>0?"mediump":"lowp"}let c=e.precision!==void 0?e.precision:"highp",h=l(c);h!==c&&(Yt("WebGLRenderer:",c,"not supported, using",h,"instead."),c=h);let d=e.reversedDepthBuffer===!0&&t.has("EXT_clip_control"),u=e.logarithmicDepthBuffer===!0&&d===!1;e.reversedDepthBuffer===!0&&d===!1&&Yt("WebGLRenderer: Unable to use reversed depth buffer due to missing EXT_clip_control extension. Fallback to default depth buffer."),e.logarithmicDepthBuffer===!0&&d===!0&&Yt("WebGLRenderer: Logarithmic depth buffer is ignored when reversed depth buffer is enabled.");let f=i.getParameter(i.MAX_TEXTURE_IMAGE_UNITS),m=i.getParameter(i.MAX_VERTEX_TEXTURE_IMAGE_UNITS),y=i.getParameter(i.MAX_TEXTURE_SIZE),p=i.getParameter(i.MAX_CUBE_MAP_TEXTURE_SIZE),g=i.getParameter(i.MAX_VERTEX_ATTRIBS),x=i.getParameter(i.MAX_VERTEX_UNIFORM_VECTORS),M=i.getParameter(i.MAX_VARYING_VECTORS),v=i.getParameter(i.MAX_FRAGMENT_UNIFORM_VECTORS),A=i.getParameter(i.MAX_SAMPLES),w=i.getParameter(i.SAMPLES);return{isWebGL2:!0,getMaxAnisotropy:r,getMaxPrecision:l,textureFormatReadable:o,textureTypeReadable:a,precision:c,logarithmicDepthBuffer:u,reversedDepthBuffer:d,maxTextures:f,maxVertexTextures:m,maxTextureSize:y,maxCubemapSize:p,maxAttributes:g,maxVertexUniforms:x,maxVaryings:M,maxFragmentUniforms:v,maxSamples:A,samples:w}}function Ew(i){let t=this,e=null,n=0,s=!1,r=!1,o=new bi,a=new ie,l={value:null,needsUpdate:!1};this.uniform=l,this.numPlanes=0,this.numIntersection=0,this.init=function(d,u){let f=d.length!==0||u||n!==0||s;return s=u,n=d.length,f},this.beginShadows=function(){r=!0,h(null)},this.endShadows=function(){r=!1},this.setGlobalState=function(d,u){e=h(d,u,0)},this.setState=function(d,u,f){let m=d.clippingPlanes,y=d.clipIntersection,p=d.clipShadows,g=i.get(d);if(!s||m===null||m.length===0||r&&!p)r?h(null):c();else{let x=r?0:n,M=x*4,v=g.clippingState||null;l.value=v,v=h(m,u,M,f);for(let A=0;A!==M;++A)v[A]=e[A];g.clippingState=v,this.numIntersection=y?this.numPlanes:0,this.numPlanes+=x}};function c(){l.value!==e&&(l.value=e,l.needsUpdate=n>0),t.numPlanes=n,t.numIntersection=0}function h(d,u,f,m){let y=d!==null?d.length:0,p=null;if(y!==0){if(p=l.value,m!==!0||p===null){let g=f+y*4,x=u.matrixWorldInverse;a.getNormalMatrix(x),(p===null||p.length<g)&&(p=new Float32Array(g));for(let M=0,v=f;M!==y;++M,v+=4)o.copy(d[M]).applyMatrix4(x,a),o.normal.toArray(p,v),p[v+3]=o.constant}l.value=p,l.needsUpdate=!0}return t.numPlanes=y,t.numIntersection=0,p}}var Tl=class extends Si{constructor(t=1,e={}){super(t,t,e),this.isWebGLCubeRenderTarget=!0;let n={width:t,height:t,depth:1},s=[n,n,n,n,n,n];this.texture=new ja(s),this._setTextureOptions(e),this.texture.isRenderTargetTexture=!0}fromEquirectangularTexture(t,e){this.texture.type=e.type,this.texture.colorSpace=e.colorSpace,this.texture.generateMipmaps=e.generateMipmaps,this.texture.minFilter=e.minFilter,this.texture.magFilter=e.magFilter;let n={uniforms:{tEquirect:{value:null}},vertexShader:`

				varying vec3 vWorldDirection;

				vec3 transformDirection( in vec3 dir, in mat4 matrix ) {

					return normalize( ( matrix * vec4( dir, 0.0 ) ).xyz );

				}

				void main() {

					vWorldDirection = transformDirection( position, modelMatrix );

					#include <begin_vertex>
					#include <project_vertex>

				}
			`,fragmentShader:`

				uniform sampler2D tEquirect;

				varying vec3 vWorldDirection;

				#include <common>

				void main() {

					vec3 direction = normalize( vWorldDirection );

					vec2 sampleUV = equirectUv( direction );

					gl_FragColor = texture2D( tEquirect, sampleUV );

				}
			`},s=new nr(5,5,5),r=new rs({name:"CubemapFromEquirect",uniforms:Gr(n.uniforms),vertexShader:n.vertexShader,fragmentShader:n.fragmentShader,side:si,blending:kr});r.uniforms.tEquirect.value=e;let o=new He(s,r),a=e.minFilter;return e.minFilter===Li&&(e.minFilter=fn),new Qo(1,10,this).update(t,o),e.minFilter=a,o.geometry.dispose(),o.material.dispose(),this}clear(t,e=!0,n=!0,s=!0){let r=t.getRenderTarget();for(let o=0;o<6;o++)t.setRenderTarget(this,o),t.clear(e,n,s);t.setRenderTarget(r)}},t_=256,Cw=3,Rw=20,M_=256,w_=16,Pw=3,Iw=new H,Lw=new qt,au=class i{constructor(t){this._renderer=t,this._cubeSize=0,this._sourceTarget=null,this._cubeCamera=new Qo(1,10,null),this._boxMesh=new He(new nr(5,5,5),null),this._cubemapMaterial=null,this._equirectMaterial=null,this._blurMaterial=null,this._ggxMaterial=null,this._integrationMaterial=null}fromScene(t,e=0,n=.1,s=100,r={}){let{size:o=256,position:a=Iw}=r,l=this._renderer;this._setSize(o);let c=this._allocateTarget(),h=this._getSourceTarget(!0);e>0&&(h.texture.mipmapsAutoUpdate=!1);let d=l.autoClear,u=l.autoClearColor,f=l.autoClearDepth,m=l.autoClearStencil,y=t.background;l.autoClear=!0,l.autoClearColor=!0,l.autoClearDepth=!0,l.autoClearStencil=!0,y===null&&(t.background=l.getClearColor(Lw));let p=new Qo(n,s,h);return p.position.copy(a),p.update(l,t),l.autoClear=d,l.autoClearColor=u,l.autoClearDepth=f,l.autoClearStencil=m,t.background=y,e>0&&(h.texture.mipmapsAutoUpdate=!0,this._blur(c,e)),this._applyPMREM(c),c}fromEquirectangular(t,e=null){return this._fromTexture(t,e)}fromCubemap(t,e=null){return this._fromTexture(t,e)}compileCubemapShader(){this._cubemapMaterial===null&&(this._cubemapMaterial=i_(),this._compileMaterial(this._cubemapMaterial))}compileEquirectangularShader(){this._equirectMaterial===null&&(this._equirectMaterial=n_(),this._compileMaterial(this._equirectMaterial))}dispose(){this._sourceTarget!==null&&this._sourceTarget.dispose(),this._cubemapMaterial!==null&&this._cubemapMaterial.dispose(),this._equirectMaterial!==null&&this._equirectMaterial.dispose(),this._blurMaterial!==null&&this._blurMaterial.dispose(),this._ggxMaterial!==null&&this._ggxMaterial.dispose(),this._integrationMaterial!==null&&this._integrationMaterial.dispose(),this._boxMesh.geometry.dispose()}static lodToRoughness(t,e){return e>0?1-Math.sqrt(1-t/e):0}_setSize(t){this._cubeSize=Math.max(t_,kf(t))}_fromTexture(t,e){t.mapping===zr||t.mapping===ia?this._setSize(t.image.length===0?t_:t.image[0].width||t.image[0].image.width):this._setSize(t.image.width/4);let n=e||this._allocateTarget();return this._textureToCubemap(t),this._applyPMREM(n),n}_allocateTarget(){let t=this._cubeSize,e=e_(t,!1,!1),n=Math.log2(t)-Cw;for(let s=0;s<=n;s++)e.texture.mipmaps.push({width:t>>s,height:t>>s});return e.texture.name="PMREM",e.texture.isPMREMTexture=!0,e}_getSourceTarget(t=!1){let e=this._cubeSize,n=this._sourceTarget;return(n===null||n.width!==e||t&&n.depthBuffer===!1)&&(n!==null&&n.dispose(),this._sourceTarget=e_(e,!0,t)),this._sourceTarget}_compileMaterial(t){this._boxMesh.material=t,this._renderer.compile(this._boxMesh,this._cubeCamera.children[0])}_renderCube(t,e,n){let s=this._boxMesh,r=this._cubeCamera;s.material=n,r.renderTarget=t,r.activeMipmapLevel=e;let o=t.width>>e;t.viewport.set(0,0,o,o),r.update(this._renderer,s),t.viewport.set(0,0,t.width,t.height)}_textureToCubemap(t){let e;t.mapping===zr||t.mapping===ia?(this._cubemapMaterial===null&&(this._cubemapMaterial=i_()),e=this._cubemapMaterial,e.uniforms.flipEnvMap.value=t.isRenderTargetTexture===!1?-1:1):(this._equirectMaterial===null&&(this._equirectMaterial=n_()),e=this._equirectMaterial),e.uniforms.envMap.value=t,this._renderCube(this._getSourceTarget(),0,e)}_applyPMREM(t){this._ggxMaterial===null&&(this._ggxMaterial=Nw(),this._integrationMaterial=Dw());let e=this._cubeSize,n=t.texture.mipmaps.length-1,s=this._ggxMaterial.uniforms;s.envMap.value=this._sourceTarget.texture;let r=this._integrationMaterial.uniforms;r.envMap.value=this._sourceTarget.texture,r.sourceLod.value=Math.log2(e/w_);for(let o=0;o<=n;o++){let a=i.lodToRoughness(o,n);if(o>n-Pw)r.roughness.value=a,this._renderCube(t,o,this._integrationMaterial);else{let l=a>0?Math.log2(e)+.5*Math.log2(6/(M_*Math.pow(a,4)))+.5:0;s.roughness.value=a,s.lodBias.value=l,this._renderCube(t,o,this._ggxMaterial)}}}_blur(t,e){this._blurMaterial===null&&(this._blurMaterial=Uw());let n=this._blurMaterial,s=n.uniforms,r=this._sourceTarget;s.sigma.value=Math.min(e,Math.PI)/Math.SQRT2,s.envMap.value=r.texture,this._renderCube(t,0,n),s.envMap.value=t.texture,this._renderCube(r,0,n)}};function e_(i,t,e){return new Tl(i,{minFilter:Li,generateMipmaps:t,type:$i,colorSpace:za,depthBuffer:e})}function Al(i,t,e){return new rs({name:i,uniforms:t,vertexShader:ue.cube_vert,fragmentShader:e,side:si,blending:kr,depthTest:!1,depthWrite:!1})}function Nw(){return Al("PMREMGGXConvolution",{envMap:{value:null},roughness:{value:0},lodBias:{value:0}},`

		#define GGX_SAMPLES ${M_}u

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float roughness;
		uniform float lodBias;

		#include <common>

		// Van der Corput radical inverse
		float radicalInverse_VdC( uint bits ) {

			bits = ( bits << 16u ) | ( bits >> 16u );
			bits = ( ( bits & 0x55555555u ) << 1u ) | ( ( bits & 0xAAAAAAAAu ) >> 1u );
			bits = ( ( bits & 0x33333333u ) << 2u ) | ( ( bits & 0xCCCCCCCCu ) >> 2u );
			bits = ( ( bits & 0x0F0F0F0Fu ) << 4u ) | ( ( bits & 0xF0F0F0F0u ) >> 4u );
			bits = ( ( bits & 0x00FF00FFu ) << 8u ) | ( ( bits & 0xFF00FF00u ) >> 8u );
			return float( bits ) * 2.3283064365386963e-10; // / 0x100000000

		}

		// Hammersley sequence
		vec2 hammersley( uint i, uint N ) {

			return vec2( float( i ) / float( N ), radicalInverse_VdC( i ) );

		}

		void main() {

			vec3 N = normalize( vWorldDirection );

			// For very low roughness, just sample the environment directly
			if ( roughness < 0.001 ) {

				gl_FragColor = vec4( textureLod( envMap, N, 0.0 ).rgb, 1.0 );
				return;

			}

			float alpha = roughness * roughness;
			float alpha2 = alpha * alpha;

			// Tangent space basis for VNDF sampling
			vec3 up = abs( N.z ) < 0.999 ? vec3( 0.0, 0.0, 1.0 ) : vec3( 1.0, 0.0, 0.0 );
			vec3 tangent = normalize( cross( up, N ) );
			vec3 bitangent = cross( N, tangent );

			vec3 prefilteredColor = vec3( 0.0 );
			float totalWeight = 0.0;

			for ( uint i = 0u; i < GGX_SAMPLES; i ++ ) {

				vec2 Xi = hammersley( i, GGX_SAMPLES );

				// With V = N, sample the reflected direction directly.
				float invQ = 1.0 / ( 1.0 - Xi.x + alpha2 * Xi.x );
				float NdotL = ( 1.0 - Xi.x - alpha2 * Xi.x ) * invQ;

				if ( NdotL > 0.0 ) {

					float phi = 2.0 * PI * Xi.y;
					float sinTheta = 2.0 * alpha * sqrt( Xi.x * ( 1.0 - Xi.x ) ) * invQ;
					vec3 L = N * NdotL + ( tangent * cos( phi ) + bitangent * sin( phi ) ) * sinTheta;

					// Match the source mip to the sample's solid angle. The terms
					// independent of the sample are precomputed in lodBias.
					float d = alpha2 * invQ;
					float lod = max( log2( d ) + lodBias, 0.0 );

					// Weight by NdotL for the split-sum approximation
					prefilteredColor += textureLod( envMap, L, lod ).rgb * NdotL;
					totalWeight += NdotL;

				}

			}

			gl_FragColor = vec4( prefilteredColor / totalWeight, 1.0 );

		}
	`)}function Dw(){return Al("PMREMGGXIntegration",{envMap:{value:null},roughness:{value:0},sourceLod:{value:0},sourceSize:{value:w_}},`

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float roughness;
		uniform float sourceLod;
		uniform int sourceSize;

		void main() {

			vec3 N = normalize( vWorldDirection );

			float alpha = roughness * roughness;
			float alpha2 = alpha * alpha;

			float texelSize = 2.0 / float( sourceSize );

			vec3 prefilteredColor = vec3( 0.0 );
			float totalWeight = 0.0;

			// Pair opposite texels: only the one in N's hemisphere contributes.
			for ( int face = 0; face < 3; face ++ ) {

				for ( int y = 0; y < sourceSize; y ++ ) {

					for ( int x = 0; x < sourceSize; x ++ ) {

						vec2 uv = ( vec2( x, y ) + 0.5 ) * texelSize - 1.0;
						vec3 texelDirection = face == 0 ? vec3( 1.0, uv ) : ( face == 1 ? vec3( uv.x, 1.0, uv.y ) : vec3( uv, 1.0 ) );

						float invDistance = inversesqrt( 1.0 + dot( uv, uv ) );
						float NdotL = dot( N, texelDirection );
						texelDirection *= NdotL < 0.0 ? - 1.0 : 1.0;
						NdotL = abs( NdotL ) * invDistance;

						// With V = N, NdotH squared is ( 1 + NdotL ) / 2. Common factors
						// in the GGX distribution and texel solid angle cancel when normalized.
						float d = 1.0 + alpha2 + ( alpha2 - 1.0 ) * NdotL;
						float weight = NdotL * invDistance * invDistance * invDistance / ( d * d );

						prefilteredColor += textureLod( envMap, texelDirection, sourceLod ).rgb * weight;
						totalWeight += weight;

					}

				}

			}

			gl_FragColor = vec4( prefilteredColor / totalWeight, 1.0 );

		}
	`)}function Uw(){return Al("PMREMSphericalGaussianBlur",{envMap:{value:null},sigma:{value:0}},`

		#define SAMPLES ${Rw}
		#define GOLDEN_ANGLE 2.39996322973

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float sigma;

		#include <common>

		void main() {

			vec3 outputDirection = normalize( vWorldDirection );

			vec3 up = abs( outputDirection.z ) < 0.999 ? vec3( 0.0, 0.0, 1.0 ) : vec3( 1.0, 0.0, 0.0 );
			vec3 tangent = normalize( cross( up, outputDirection ) );
			vec3 bitangent = cross( outputDirection, tangent );

			// Truncate the kernel at three standard deviations or at the antipode.
			float thetaMax = min( 3.0 * sigma, PI );
			float truncation = 1.0 - exp( - 0.5 * thetaMax * thetaMax / ( sigma * sigma ) );

			vec3 accumColor = vec3( 0.0 );
			float accumWeight = 0.0;

			for ( int i = 0; i < SAMPLES; i ++ ) {

				// Stratified inverse-CDF sampling of the Gaussian, placed on a golden-angle spiral.
				float stratum = ( float( i ) + 0.5 ) / float( SAMPLES );
				float theta = sigma * sqrt( - 2.0 * log( 1.0 - stratum * truncation ) );
				float phi = float( i ) * GOLDEN_ANGLE;

				vec3 offset = cos( phi ) * tangent + sin( phi ) * bitangent;
				vec3 sampleDirection = cos( theta ) * outputDirection + sin( theta ) * offset;

				// Correct the planar sample density to solid angle.
				float weight = sin( theta ) / theta;

				accumColor += weight * textureLod( envMap, sampleDirection, 0.0 ).rgb;
				accumWeight += weight;

			}

			gl_FragColor = vec4( accumColor / accumWeight, 1.0 );

		}
	`)}function n_(){return Al("PMREMEquirectangularToCubemap",{envMap:{value:null}},`

		varying vec3 vWorldDirection;

		uniform sampler2D envMap;

		#include <common>

		void main() {

			// Average four subpixel samples to preserve small, bright features.
			vec3 direction = normalize( vWorldDirection );
			vec3 dx = dFdx( direction ) * 0.25;
			vec3 dy = dFdy( direction ) * 0.25;

			vec3 color = textureLod( envMap, equirectUv( normalize( direction - dx - dy ) ), 0.0 ).rgb;
			color += textureLod( envMap, equirectUv( normalize( direction + dx - dy ) ), 0.0 ).rgb;
			color += textureLod( envMap, equirectUv( normalize( direction - dx + dy ) ), 0.0 ).rgb;
			color += textureLod( envMap, equirectUv( normalize( direction + dx + dy ) ), 0.0 ).rgb;
			gl_FragColor = vec4( color * 0.25, 1.0 );

		}
	`)}function i_(){return Al("PMREMCubemapToCubemap",{envMap:{value:null},flipEnvMap:{value:-1}},`

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float flipEnvMap;

		void main() {

			gl_FragColor = vec4( textureCube( envMap, vec3( flipEnvMap * vWorldDirection.x, vWorldDirection.yz ) ).rgb, 1.0 );

		}
	`)}function Fw(i){let t=new WeakMap,e=new WeakMap,n=null;function s(u,f=!1){return u==null?null:f?o(u):r(u)}function r(u){if(u&&u.isTexture){let f=u.mapping;if(f===xh||f===yh)if(t.has(u)){let m=t.get(u).texture;return a(m,u.mapping)}else{let m=u.image;if(m&&m.height>0){let y=new Tl(m.height);return y.fromEquirectangularTexture(i,u),t.set(u,y),u.addEventListener("dispose",c),a(y.texture,u.mapping)}else return null}}return u}function o(u){if(u&&u.isTexture&&u.isPMREMTexture!==!0){let f=u.mapping,m=f===xh||f===yh,y=f===zr||f===ia;if(m||y){let p=e.get(u),g=p!==void 0?p.texture.pmremVersion:0;if(u.isRenderTargetTexture&&u.pmremVersion!==g)return n===null&&(n=new au(i)),p=m?n.fromEquirectangular(u,p):n.fromCubemap(u,p),p.texture.pmremVersion=u.pmremVersion,e.set(u,p),p.texture;if(p!==void 0)return p.texture;{let x=u.image;return m&&x&&x.height>0||y&&x&&l(x)?(n===null&&(n=new au(i)),p=m?n.fromEquirectangular(u):n.fromCubemap(u),p.texture.pmremVersion=u.pmremVersion,e.set(u,p),u.addEventListener("dispose",h),p.texture):null}}}return u}function a(u,f){return f===xh?u.mapping=zr:f===yh&&(u.mapping=ia),u}function l(u){let f=0,m=6;for(let y=0;y<m;y++)u[y]!==void 0&&f++;return f===m}function c(u){let f=u.target;f.removeEventListener("dispose",c);let m=t.get(f);m!==void 0&&(t.delete(f),m.dispose())}function h(u){let f=u.target;f.removeEventListener("dispose",h);let m=e.get(f);m!==void 0&&(e.delete(f),m.dispose())}function d(){t=new WeakMap,e=new WeakMap,n!==null&&(n.dispose(),n=null)}return{get:s,dispose:d}}function Ow(i){let t={};function e(n){if(t[n]!==void 0)return t[n];let s=i.getExtension(n);return t[n]=s,s}return{has:function(n){return e(n)!==null},init:function(){e("EXT_color_buffer_float"),e("WEBGL_clip_cull_distance"),e("OES_texture_float_linear"),e("EXT_color_buffer_half_float"),e("WEBGL_multisampled_render_to_texture"),e("WEBGL_render_shared_exponent")},get:function(n){let s=e(n);return s===null&&Fa("WebGLRenderer: "+n+" extension not supported."),s}}}function kw(i,t,e,n){let s={},r=new WeakMap,o=new FinalizationRegistry(m=>delete s[m]);function a(m){l(m.target)}function l(m){m.index!==null&&t.remove(m.index);for(let p in m.attributes)t.remove(m.attributes[p]);m.removeEventListener("dispose",a),delete s[m.id],o.unregister(m);let y=r.get(m);y&&(t.remove(y),r.delete(m)),n.releaseStatesOfGeometry(m),m.isInstancedBufferGeometry===!0&&delete m._maxInstanceCount,e.memory.geometries--}function c(m,y){return s[y.id]!==void 0||(y.addEventListener("dispose",a),s[y.id]=new WeakRef(y),o.register(y,y.id,y),e.memory.geometries++),y}function h(m){let y=m.attributes;for(let p in y)t.update(y[p],i.ARRAY_BUFFER)}function d(m){let y=m.index,p=m.attributes.position,g=0;if(p===void 0)return;let x=y!==null?y.array.length:p.array.length/3-1,M=p.count>=65535?qa:Xa,v=new M(Math.ceil(x/3)*6,1),A=v.array;if(y!==null){let _=y.array;g=y.version;for(let S=0,I=0;S<x;S+=3){let P=_[S+0],R=_[S+1],U=_[S+2];A[I++]=P,A[I++]=R,A[I++]=R,A[I++]=U,A[I++]=U,A[I++]=P}}else{g=p.version;for(let _=0,S=0;_<x;_+=3){let I=_+0,P=_+1,R=_+2;A[S++]=I,A[S++]=P,A[S++]=P,A[S++]=R,A[S++]=R,A[S++]=I}}v.version=g;let w=r.get(m);w&&t.remove(w),r.set(m,v)}function u(m){let y=r.get(m);if(y){let p=m.index;p!==null&&y.version<p.version&&d(m)}else d(m);return r.get(m)}function f(){for(let m in s){let y=s[m].deref();y!==void 0&&l(y)}}return{get:c,update:h,getWireframeAttribute:u,dispose:f}}function Bw(i,t,e){let n;function s(d){n=d}let r,o;function a(d){r=d.type,o=d.bytesPerElement}function l(d,u){i.drawElements(n,u,r,d*o),e.update(u,n,1)}function c(d,u,f){f!==0&&(i.drawElementsInstanced(n,u,r,d*o,f),e.update(u,n,f))}function h(d,u,f){if(f===0)return;t.get("WEBGL_multi_draw").multiDrawElementsWEBGL(n,u,0,r,d,0,f);let y=0;for(let p=0;p<f;p++)y+=u[p];e.update(y,n,1)}this.setMode=s,this.setIndex=a,this.render=l,this.renderInstances=c,this.renderMultiDraw=h}function zw(i){let t={geometries:0,textures:0},e={frame:0,calls:0,triangles:0,points:0,lines:0};function n(r,o,a){switch(e.calls++,o){case i.TRIANGLES:e.triangles+=a*(r/3);break;case i.LINES:e.lines+=a*(r/2);break;case i.LINE_STRIP:e.lines+=a*(r-1);break;case i.LINE_LOOP:e.lines+=a*r;break;case i.POINTS:e.points+=a*r;break;default:Qt("WebGLInfo: Unknown draw mode:",o);break}}function s(){e.calls=0,e.triangles=0,e.points=0,e.lines=0}return{memory:t,render:e,programs:null,autoReset:!0,reset:s,update:n}}function Vw(i,t,e){let n=new WeakMap,s=new Ne;function r(o,a,l){let c=o.morphTargetInfluences,h=a.morphAttributes.position||a.morphAttributes.normal||a.morphAttributes.color,d=h!==void 0?h.length:0,u=n.get(a);if(u===void 0||u.count!==d){let I=function(){_.dispose(),n.delete(a),a.removeEventListener("dispose",I)};u!==void 0&&u.texture.dispose();let f=a.morphAttributes.position!==void 0,m=a.morphAttributes.normal!==void 0,y=a.morphAttributes.color!==void 0,p=a.morphAttributes.position||[],g=a.morphAttributes.normal||[],x=a.morphAttributes.color||[],M=0;f===!0&&(M=1),m===!0&&(M=2),y===!0&&(M=3);let v=a.attributes.position.count*M,A=1;v>t.maxTextureSize&&(A=Math.ceil(v/t.maxTextureSize),v=t.maxTextureSize);let w=new Float32Array(v*A*4*d),_=new Ha(w,v,A,d);_.type=Ni,_.needsUpdate=!0;let S=M*4;for(let P=0;P<d;P++){let R=p[P],U=g[P],k=x[P],D=v*A*4*P;for(let G=0;G<R.count;G++){let O=G*S;f===!0&&(s.fromBufferAttribute(R,G),w[D+O+0]=s.x,w[D+O+1]=s.y,w[D+O+2]=s.z,w[D+O+3]=0),m===!0&&(s.fromBufferAttribute(U,G),w[D+O+4]=s.x,w[D+O+5]=s.y,w[D+O+6]=s.z,w[D+O+7]=0),y===!0&&(s.fromBufferAttribute(k,G),w[D+O+8]=s.x,w[D+O+9]=s.y,w[D+O+10]=s.z,w[D+O+11]=k.itemSize===4?s.w:1)}}u={count:d,texture:_,size:new Ht(v,A)},n.set(a,u),a.addEventListener("dispose",I)}if(o.isInstancedMesh===!0&&o.morphTexture!==null)l.getUniforms().setValue(i,"morphTexture",o.morphTexture,e);else{let f=0;for(let y=0;y<c.length;y++)f+=c[y];let m=a.morphTargetsRelative?1:1-f;l.getUniforms().setValue(i,"morphTargetBaseInfluence",m),l.getUniforms().setValue(i,"morphTargetInfluences",c)}l.getUniforms().setValue(i,"morphTargetsTexture",u.texture,e),l.getUniforms().setValue(i,"morphTargetsTextureSize",u.size)}return{update:r}}function Gw(i,t,e,n,s){let r=new WeakMap;function o(c){let h=s.render.frame,d=c.geometry,u=t.get(c,d);if(r.get(u)!==h&&(t.update(u),r.set(u,h)),c.isInstancedMesh&&(c.hasEventListener("dispose",l)===!1&&c.addEventListener("dispose",l),r.get(c)!==h&&(e.update(c.instanceMatrix,i.ARRAY_BUFFER),c.instanceColor!==null&&e.update(c.instanceColor,i.ARRAY_BUFFER),r.set(c,h))),c.isSkinnedMesh){let f=c.skeleton;r.get(f)!==h&&(f.update(),r.set(f,h))}return u}function a(){r=new WeakMap}function l(c){let h=c.target;h.removeEventListener("dispose",l),n.releaseStatesOfObject(h),e.remove(h.instanceMatrix),h.instanceColor!==null&&e.remove(h.instanceColor)}return{update:o,dispose:a}}var Hw={[_f]:"LINEAR_TONE_MAPPING",[xf]:"REINHARD_TONE_MAPPING",[yf]:"CINEON_TONE_MAPPING",[vf]:"ACES_FILMIC_TONE_MAPPING",[Sf]:"AGX_TONE_MAPPING",[Mf]:"NEUTRAL_TONE_MAPPING",[bf]:"CUSTOM_TONE_MAPPING"};function Ww(i,t,e,n,s,r){let o=new Si(t,e,{type:i,depthBuffer:s,stencilBuffer:r,samples:n?4:0,storeMultisampledDepthBuffer:!1,storeMultisampledStencilBuffer:!1,resolveDepthBuffer:!1,resolveStencilBuffer:!1}),a=null,l=null,c=null,h=new Ve;h.setAttribute("position",new ye([-1,3,0,-1,-1,0,3,-1,0],3)),h.setAttribute("uv",new ye([0,2,0,0,2,0],2));let d=new ah({uniforms:{tDiffuse:{value:null}},vertexShader:`
			precision highp float;

			uniform mat4 modelViewMatrix;
			uniform mat4 projectionMatrix;

			attribute vec3 position;
			attribute vec2 uv;

			varying vec2 vUv;

			void main() {
				vUv = uv;
				gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
			}`,fragmentShader:`
			precision highp float;

			uniform sampler2D tDiffuse;

			varying vec2 vUv;

			#include <tonemapping_pars_fragment>
			#include <colorspace_pars_fragment>

			void main() {
				gl_FragColor = texture2D( tDiffuse, vUv );

				#ifdef LINEAR_TONE_MAPPING
					gl_FragColor.rgb = LinearToneMapping( gl_FragColor.rgb );
				#elif defined( REINHARD_TONE_MAPPING )
					gl_FragColor.rgb = ReinhardToneMapping( gl_FragColor.rgb );
				#elif defined( CINEON_TONE_MAPPING )
					gl_FragColor.rgb = CineonToneMapping( gl_FragColor.rgb );
				#elif defined( ACES_FILMIC_TONE_MAPPING )
					gl_FragColor.rgb = ACESFilmicToneMapping( gl_FragColor.rgb );
				#elif defined( AGX_TONE_MAPPING )
					gl_FragColor.rgb = AgXToneMapping( gl_FragColor.rgb );
				#elif defined( NEUTRAL_TONE_MAPPING )
					gl_FragColor.rgb = NeutralToneMapping( gl_FragColor.rgb );
				#elif defined( CUSTOM_TONE_MAPPING )
					gl_FragColor.rgb = CustomToneMapping( gl_FragColor.rgb );
				#endif

				#ifdef SRGB_TRANSFER
					gl_FragColor = sRGBTransferOETF( gl_FragColor );
				#endif
			}`,depthTest:!1,depthWrite:!1}),u=new He(h,d),f=new Dr(-1,1,1,-1,0,1),m=null,y=null,p=!1,g,x=null,M=[],v=!1;this.setSize=function(A,w){o.setSize(A,w),a!==null&&a.setSize(A,w),l!==null&&l.setSize(A,w);for(let _=0;_<M.length;_++){let S=M[_];S.setSize&&S.setSize(A,w)}},this.setEffects=function(A){M=A,v=M.length>0&&M[0].isRenderPass===!0;let w=o.width,_=o.height;M.length>0&&a===null&&(a=new Si(w,_,{type:$i,depthBuffer:!1,stencilBuffer:!1}),l=new Si(w,_,{type:$i,depthBuffer:!1,stencilBuffer:!1}));let S=s===!0&&M.some(I=>I.needsDepthTexture===!0);S!==(o.depthTexture!==null)&&(S===!0&&c===null&&(c=new Ns(w,_),r===!0&&(c.format=Fs,c.type=Vr)),o.dispose(),o.depthTexture=S?c:null,o.resolveDepthBuffer=S,o.storeMultisampledDepthBuffer=S);for(let I=0;I<M.length;I++){let P=M[I];P.setSize&&P.setSize(w,_),S&&P.needsDepthTexture===!0&&P.setDepthTexture&&P.setDepthTexture(c)}},this.begin=function(A,w){if(p||A.toneMapping===hs&&M.length===0)return!1;if(x=w,w!==null){let _=w.width,S=w.height;(o.width!==_||o.height!==S)&&this.setSize(_,S)}return v===!1&&A.setRenderTarget(o),g=A.toneMapping,A.toneMapping=hs,!0},this.hasRenderPass=function(){return v},this.end=function(A,w){A.toneMapping=g,p=!0;let _=o,S=a;for(let I=0;I<M.length;I++){let P=M[I];P.enabled!==!1&&(P.render(A,S,_,w),P.needsSwap!==!1&&(_=S,S=S===a?l:a))}if(m!==A.outputColorSpace||y!==A.toneMapping){m=A.outputColorSpace,y=A.toneMapping,d.defines={},le.getTransfer(m)===Re&&(d.defines.SRGB_TRANSFER="");let I=Hw[y];I&&(d.defines[I]=""),d.needsUpdate=!0}d.uniforms.tDiffuse.value=_.texture,A.setRenderTarget(x),A.render(u,f),x=null,p=!1},this.isCompositing=function(){return p},this.dispose=function(){o.dispose(),a!==null&&a.dispose(),l!==null&&l.dispose(),h.dispose(),d.dispose()}}var T_=new qn,A_=new Ns(1,1),E_=new Ka(1),C_=new Ha,R_=new eh,P_=new ja,s_=[],r_=[],o_=new Float32Array(16),a_=new Float32Array(9),l_=new Float32Array(4);function oa(i,t,e){let n=i[0];if(n<=0||n>0)return i;let s=t*e,r=s_[s];if(r===void 0&&(r=new Float32Array(s),s_[s]=r),t!==0){n.toArray(r,0);for(let o=1,a=0;o!==t;++o)a+=e,i[o].toArray(r,a)}return r}function En(i,t){if(i.length!==t.length)return!1;for(let e=0,n=i.length;e<n;e++)if(i[e]!==t[e])return!1;return!0}function Cn(i,t){for(let e=0,n=t.length;e<n;e++)i[e]=t[e]}function cu(i,t){let e=r_[t];e===void 0&&(e=new Int32Array(t),r_[t]=e);for(let n=0;n!==t;++n)e[n]=i.allocateTextureUnit();return e}function Xw(i,t){let e=this.cache;e[0]!==t&&(i.uniform1f(this.addr,t),e[0]=t)}function qw(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y)&&(i.uniform2f(this.addr,t.x,t.y),e[0]=t.x,e[1]=t.y);else{if(En(e,t))return;i.uniform2fv(this.addr,t),Cn(e,t)}}function Yw(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z)&&(i.uniform3f(this.addr,t.x,t.y,t.z),e[0]=t.x,e[1]=t.y,e[2]=t.z);else if(t.r!==void 0)(e[0]!==t.r||e[1]!==t.g||e[2]!==t.b)&&(i.uniform3f(this.addr,t.r,t.g,t.b),e[0]=t.r,e[1]=t.g,e[2]=t.b);else{if(En(e,t))return;i.uniform3fv(this.addr,t),Cn(e,t)}}function $w(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z||e[3]!==t.w)&&(i.uniform4f(this.addr,t.x,t.y,t.z,t.w),e[0]=t.x,e[1]=t.y,e[2]=t.z,e[3]=t.w);else{if(En(e,t))return;i.uniform4fv(this.addr,t),Cn(e,t)}}function Zw(i,t){let e=this.cache,n=t.elements;if(n===void 0){if(En(e,t))return;i.uniformMatrix2fv(this.addr,!1,t),Cn(e,t)}else{if(En(e,n))return;l_.set(n),i.uniformMatrix2fv(this.addr,!1,l_),Cn(e,n)}}function Jw(i,t){let e=this.cache,n=t.elements;if(n===void 0){if(En(e,t))return;i.uniformMatrix3fv(this.addr,!1,t),Cn(e,t)}else{if(En(e,n))return;a_.set(n),i.uniformMatrix3fv(this.addr,!1,a_),Cn(e,n)}}function jw(i,t){let e=this.cache,n=t.elements;if(n===void 0){if(En(e,t))return;i.uniformMatrix4fv(this.addr,!1,t),Cn(e,t)}else{if(En(e,n))return;o_.set(n),i.uniformMatrix4fv(this.addr,!1,o_),Cn(e,n)}}function Kw(i,t){let e=this.cache;e[0]!==t&&(i.uniform1i(this.addr,t),e[0]=t)}function Qw(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y)&&(i.uniform2i(this.addr,t.x,t.y),e[0]=t.x,e[1]=t.y);else{if(En(e,t))return;i.uniform2iv(this.addr,t),Cn(e,t)}}function tT(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z)&&(i.uniform3i(this.addr,t.x,t.y,t.z),e[0]=t.x,e[1]=t.y,e[2]=t.z);else{if(En(e,t))return;i.uniform3iv(this.addr,t),Cn(e,t)}}function eT(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z||e[3]!==t.w)&&(i.uniform4i(this.addr,t.x,t.y,t.z,t.w),e[0]=t.x,e[1]=t.y,e[2]=t.z,e[3]=t.w);else{if(En(e,t))return;i.uniform4iv(this.addr,t),Cn(e,t)}}function nT(i,t){let e=this.cache;e[0]!==t&&(i.uniform1ui(this.addr,t),e[0]=t)}function iT(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y)&&(i.uniform2ui(this.addr,t.x,t.y),e[0]=t.x,e[1]=t.y);else{if(En(e,t))return;i.uniform2uiv(this.addr,t),Cn(e,t)}}function sT(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z)&&(i.uniform3ui(this.addr,t.x,t.y,t.z),e[0]=t.x,e[1]=t.y,e[2]=t.z);else{if(En(e,t))return;i.uniform3uiv(this.addr,t),Cn(e,t)}}function rT(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z||e[3]!==t.w)&&(i.uniform4ui(this.addr,t.x,t.y,t.z,t.w),e[0]=t.x,e[1]=t.y,e[2]=t.z,e[3]=t.w);else{if(En(e,t))return;i.uniform4uiv(this.addr,t),Cn(e,t)}}function hu(i){return i.version===0&&(i.compareFunction=Df,i.needsUpdate=!0),i}function oT(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s);let r;this.type===i.SAMPLER_2D_SHADOW?r=hu(A_):r=T_,e.setTexture2D(t||r,s)}function aT(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s),e.setTexture3D(t||R_,s)}function lT(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s);let r;this.type===i.SAMPLER_CUBE_SHADOW?r=hu(E_):r=P_,e.setTextureCube(t||r,s)}function cT(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s),e.setTexture2DArray(t||C_,s)}function hT(i){switch(i){case 5126:return Xw;case 35664:return qw;case 35665:return Yw;case 35666:return $w;case 35674:return Zw;case 35675:return Jw;case 35676:return jw;case 5124:case 35670:return Kw;case 35667:case 35671:return Qw;case 35668:case 35672:return tT;case 35669:case 35673:return eT;case 5125:return nT;case 36294:return iT;case 36295:return sT;case 36296:return rT;case 35678:case 36198:case 36298:case 36306:case 35682:return oT;case 35679:case 36299:case 36307:return aT;case 35680:case 36300:case 36308:case 36293:return lT;case 36289:case 36303:case 36311:case 36292:return cT}}function uT(i,t){i.uniform1fv(this.addr,t)}function dT(i,t){let e=oa(t,this.size,2);i.uniform2fv(this.addr,e)}function fT(i,t){let e=oa(t,this.size,3);i.uniform3fv(this.addr,e)}function pT(i,t){let e=oa(t,this.size,4);i.uniform4fv(this.addr,e)}function mT(i,t){let e=oa(t,this.size,4);i.uniformMatrix2fv(this.addr,!1,e)}function gT(i,t){let e=oa(t,this.size,9);i.uniformMatrix3fv(this.addr,!1,e)}function _T(i,t){let e=oa(t,this.size,16);i.uniformMatrix4fv(this.addr,!1,e)}function xT(i,t){i.uniform1iv(this.addr,t)}function yT(i,t){i.uniform2iv(this.addr,t)}function vT(i,t){i.uniform3iv(this.addr,t)}function bT(i,t){i.uniform4iv(this.addr,t)}function ST(i,t){i.uniform1uiv(this.addr,t)}function MT(i,t){i.uniform2uiv(this.addr,t)}function wT(i,t){i.uniform3uiv(this.addr,t)}function TT(i,t){i.uniform4uiv(this.addr,t)}function AT(i,t,e){let n=this.cache,s=t.length,r=cu(e,s);En(n,r)||(i.uniform1iv(this.addr,r),Cn(n,r));let o;this.type===i.SAMPLER_2D_SHADOW?o=hu(A_):o=T_;for(let a=0;a!==s;++a)e.setTexture2D(t[a]||o,r[a])}function ET(i,t,e){let n=this.cache,s=t.length,r=cu(e,s);En(n,r)||(i.uniform1iv(this.addr,r),Cn(n,r));for(let o=0;o!==s;++o)e.setTexture3D(t[o]||R_,r[o])}function CT(i,t,e){let n=this.cache,s=t.length,r=cu(e,s);En(n,r)||(i.uniform1iv(this.addr,r),Cn(n,r));let o;this.type===i.SAMPLER_CUBE_SHADOW?o=hu(E_):o=P_;for(let a=0;a!==s;++a)e.setTextureCube(t[a]||o,r[a])}function RT(i,t,e){let n=this.cache,s=t.length,r=cu(e,s);En(n,r)||(i.uniform1iv(this.addr,r),Cn(n,r));for(let o=0;o!==s;++o)e.setTexture2DArray(t[o]||C_,r[o])}function PT(i){switch(i){case 5126:return uT;case 35664:return dT;case 35665:return fT;case 35666:return pT;case 35674:return mT;case 35675:return gT;case 35676:return _T;case 5124:case 35670:return xT;case 35667:case 35671:return yT;case 35668:case 35672:return vT;case 35669:case 35673:return bT;case 5125:return ST;case 36294:return MT;case 36295:return wT;case 36296:return TT;case 35678:case 36198:case 36298:case 36306:case 35682:return AT;case 35679:case 36299:case 36307:return ET;case 35680:case 36300:case 36308:case 36293:return CT;case 36289:case 36303:case 36311:case 36292:return RT}}var Kf=class{constructor(t,e,n){this.id=t,this.addr=n,this.cache=[],this.type=e.type,this.setValue=hT(e.type)}},Qf=class{constructor(t,e,n){this.id=t,this.addr=n,this.cache=[],this.type=e.type,this.size=e.size,this.setValue=PT(e.type)}},tp=class{constructor(t){this.id=t,this.seq=[],this.map={}}setValue(t,e,n){let s=this.seq;for(let r=0,o=s.length;r!==o;++r){let a=s[r];a.setValue(t,e[a.id],n)}}},Jf=/(\w+)(\])?(\[|\.)?/g;function c_(i,t){i.seq.push(t),i.map[t.id]=t}function IT(i,t,e){let n=i.name,s=n.length;for(Jf.lastIndex=0;;){let r=Jf.exec(n),o=Jf.lastIndex,a=r[1],l=r[2]==="]",c=r[3];if(l&&(a=a|0),c===void 0||c==="["&&o+2===s){c_(e,c===void 0?new Kf(a,i,t):new Qf(a,i,t));break}else{let d=e.map[a];d===void 0&&(d=new tp(a),c_(e,d)),e=d}}}var ra=class{constructor(t,e){this.seq=[],this.map={};let n=t.getProgramParameter(e,t.ACTIVE_UNIFORMS);for(let o=0;o<n;++o){let a=t.getActiveUniform(e,o),l=t.getUniformLocation(e,a.name);IT(a,l,this)}let s=[],r=[];for(let o of this.seq)o.type===t.SAMPLER_2D_SHADOW||o.type===t.SAMPLER_CUBE_SHADOW||o.type===t.SAMPLER_2D_ARRAY_SHADOW?s.push(o):r.push(o);s.length>0&&(this.seq=s.concat(r))}setValue(t,e,n,s){let r=this.map[e];r!==void 0&&r.setValue(t,n,s)}setOptional(t,e,n){let s=e[n];s!==void 0&&this.setValue(t,n,s)}static upload(t,e,n,s){for(let r=0,o=e.length;r!==o;++r){let a=e[r],l=n[a.id];l.needsUpdate!==!1&&a.setValue(t,l.value,s)}}static seqWithValue(t,e){let n=[];for(let s=0,r=t.length;s!==r;++s){let o=t[s];o.id in e&&n.push(o)}return n}};function h_(i,t,e){let n=i.createShader(t);return i.shaderSource(n,e),i.compileShader(n),n}var LT=37297,NT=0;function DT(i,t){let e=i.split(`
`),n=[],s=Math.max(t-6,0),r=Math.min(t+6,e.length);for(let o=s;o<r;o++){let a=o+1;n.push(`${a===t?">":" "} ${a}: ${e[o]}`)}return n.join(`
`)}var u_=new ie;function UT(i){le._getMatrix(u_,le.workingColorSpace,i);let t=`mat3( ${u_.elements.map(e=>e.toFixed(4))} )`;switch(le.getTransfer(i)){case Va:return[t,"LinearTransferOETF"];case Re:return[t,"sRGBTransferOETF"];default:return Yt("WebGLProgram: Unsupported color space: ",i),[t,"LinearTransferOETF"]}}function d_(i,t,e){let n=i.getShaderParameter(t,i.COMPILE_STATUS),r=(i.getShaderInfoLog(t)||"").trim();if(n&&r==="")return"";let o=/ERROR: 0:(\d+)/.exec(r);if(o){let a=parseInt(o[1]);return e.toUpperCase()+`

`+r+`

`+DT(i.getShaderSource(t),a)}else return r}function FT(i,t){let e=UT(t);return[`vec4 ${i}( vec4 value ) {`,`	return ${e[1]}( vec4( ${e[0]} * value.rgb, value.a ) );`,"}"].join(`
`)}var OT={[_f]:"Linear",[xf]:"Reinhard",[yf]:"Cineon",[vf]:"ACESFilmic",[Sf]:"AgX",[Mf]:"Neutral",[bf]:"Custom"};function kT(i,t){let e=OT[t];return e===void 0?(Yt("WebGLProgram: Unsupported toneMapping:",t),"vec3 "+i+"( vec3 color ) { return LinearToneMapping( color ); }"):"vec3 "+i+"( vec3 color ) { return "+e+"ToneMapping( color ); }"}var ou=new H;function BT(){le.getLuminanceCoefficients(ou);let i=ou.x.toFixed(4),t=ou.y.toFixed(4),e=ou.z.toFixed(4);return["float luminance( const in vec3 rgb ) {",`	const vec3 weights = vec3( ${i}, ${t}, ${e} );`,"	return dot( weights, rgb );","}"].join(`
`)}function zT(i){return[i.extensionClipCullDistance?"#extension GL_ANGLE_clip_cull_distance : require":"",i.extensionMultiDraw?"#extension GL_ANGLE_multi_draw : require":""].filter(wl).join(`
`)}function VT(i){let t=[];for(let e in i){let n=i[e];n!==!1&&t.push("#define "+e+" "+n)}return t.join(`
`)}function GT(i,t){let e={},n=i.getProgramParameter(t,i.ACTIVE_ATTRIBUTES);for(let s=0;s<n;s++){let r=i.getActiveAttrib(t,s),o=r.name,a=1;r.type===i.FLOAT_MAT2&&(a=2),r.type===i.FLOAT_MAT3&&(a=3),r.type===i.FLOAT_MAT4&&(a=4),e[o]={type:r.type,location:i.getAttribLocation(t,o),locationSize:a}}return e}function wl(i){return i!==""}function f_(i,t){let e=t.numSpotLightShadows+t.numSpotLightMaps-t.numSpotLightShadowsWithMaps;return i.replace(/NUM_SUN_LIGHTS/g,t.numSunLights).replace(/NUM_DIR_LIGHTS/g,t.numDirLights).replace(/NUM_SPOT_LIGHTS/g,t.numSpotLights).replace(/NUM_SPOT_LIGHT_MAPS/g,t.numSpotLightMaps).replace(/NUM_SPOT_LIGHT_COORDS/g,e).replace(/NUM_RECT_AREA_LIGHTS/g,t.numRectAreaLights).replace(/NUM_POINT_LIGHTS/g,t.numPointLights).replace(/NUM_HEMI_LIGHTS/g,t.numHemiLights).replace(/NUM_SUN_LIGHT_SHADOWS/g,t.numSunLightShadows).replace(/NUM_DIR_LIGHT_SHADOWS/g,t.numDirLightShadows).replace(/NUM_SPOT_LIGHT_SHADOWS_WITH_MAPS/g,t.numSpotLightShadowsWithMaps).replace(/NUM_SPOT_LIGHT_SHADOWS/g,t.numSpotLightShadows).replace(/NUM_POINT_LIGHT_SHADOWS/g,t.numPointLightShadows).replace(/NUM_LIGHT_PROBE_GRIDS/g,t.numLightProbeGrids)}function p_(i,t){return i.replace(/NUM_CLIPPING_PLANES/g,t.numClippingPlanes).replace(/UNION_CLIPPING_PLANES/g,t.numClippingPlanes-t.numClipIntersection)}var HT=/^[ \t]*#include +<([\w\d./]+)>/gm;function ep(i){return i.replace(HT,WT)}function WT(i,t){let e=ue[t];if(e===void 0)throw new Error("THREE.WebGLProgram: Can not resolve #include <"+t+">");return ep(e)}var XT=/#pragma unroll_loop_start\s+for\s*\(\s*int\s+i\s*=\s*(\d+)\s*;\s*i\s*<\s*(\d+)\s*;\s*i\s*\+\+\s*\)\s*{([\s\S]+?)}\s+#pragma unroll_loop_end/g;function m_(i){return i.replace(XT,qT)}function qT(i,t,e,n){let s="";for(let r=parseInt(t);r<parseInt(e);r++)s+=n.replace(/\[\s*i\s*\]/g,"[ "+r+" ]").replace(/UNROLLED_LOOP_INDEX/g,r);return s}function g_(i){let t=`precision ${i.precision} float;
	precision ${i.precision} int;
	precision ${i.precision} sampler2D;
	precision ${i.precision} samplerCube;
	precision ${i.precision} sampler3D;
	precision ${i.precision} sampler2DArray;
	precision ${i.precision} sampler2DShadow;
	precision ${i.precision} samplerCubeShadow;
	precision ${i.precision} sampler2DArrayShadow;
	precision ${i.precision} isampler2D;
	precision ${i.precision} isampler3D;
	precision ${i.precision} isamplerCube;
	precision ${i.precision} isampler2DArray;
	precision ${i.precision} usampler2D;
	precision ${i.precision} usampler3D;
	precision ${i.precision} usamplerCube;
	precision ${i.precision} usampler2DArray;
	`;return i.precision==="highp"?t+=`
#define HIGH_PRECISION`:i.precision==="mediump"?t+=`
#define MEDIUM_PRECISION`:i.precision==="lowp"&&(t+=`
#define LOW_PRECISION`),t}var YT={[fl]:"SHADOWMAP_TYPE_PCF",[ea]:"SHADOWMAP_TYPE_VSM"};function $T(i){return YT[i.shadowMapType]||"SHADOWMAP_TYPE_BASIC"}var ZT={[ia]:"ENVMAP_MODE_REFRACTION"};function JT(i){return i.envMap===!1?"ENVMAP_MODE_REFLECTION":ZT[i.envMapMode]||"ENVMAP_MODE_REFLECTION"}var jT={[pl]:"ENVMAP_BLENDING_MULTIPLY",[R0]:"ENVMAP_BLENDING_MIX",[P0]:"ENVMAP_BLENDING_ADD"};function KT(i){return i.envMap===!1?"ENVMAP_BLENDING_NONE":jT[i.combine]||"ENVMAP_BLENDING_NONE"}function QT(i,t,e,n){let s=i.getContext(),r=e.defines,o=e.vertexShader,a=e.fragmentShader,l=$T(e),c=e.envMapPMREM===!0?"ENVMAP_TYPE_PMREM":"ENVMAP_TYPE_CUBE",h=JT(e),d=KT(e),u=zT(e),f=VT(r),m=s.createProgram(),y,p,g=e.glslVersion?"#version "+e.glslVersion+`
`:"";e.isRawShaderMaterial?(y=["#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f].filter(wl).join(`
`),y.length>0&&(y+=`
`),p=["#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f].filter(wl).join(`
`),p.length>0&&(p+=`
`)):(y=[g_(e),"#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f,e.extensionClipCullDistance?"#define USE_CLIP_DISTANCE":"",e.batching?"#define USE_BATCHING":"",e.batchingColor?"#define USE_BATCHING_COLOR":"",e.instancing?"#define USE_INSTANCING":"",e.instancingColor?"#define USE_INSTANCING_COLOR":"",e.instancingMorph?"#define USE_INSTANCING_MORPH":"",e.useFog&&e.fog?"#define USE_FOG":"",e.useFog&&e.fogExp2?"#define FOG_EXP2":"",e.map?"#define USE_MAP":"",e.envMap?"#define USE_ENVMAP":"",e.envMap?"#define "+h:"",e.lightMap?"#define USE_LIGHTMAP":"",e.aoMap?"#define USE_AOMAP":"",e.bumpMap?"#define USE_BUMPMAP":"",e.normalMap?"#define USE_NORMALMAP":"",e.normalMapObjectSpace?"#define USE_NORMALMAP_OBJECTSPACE":"",e.normalMapTangentSpace?"#define USE_NORMALMAP_TANGENTSPACE":"",e.displacementMap?"#define USE_DISPLACEMENTMAP":"",e.emissiveMap?"#define USE_EMISSIVEMAP":"",e.anisotropy?"#define USE_ANISOTROPY":"",e.anisotropyMap?"#define USE_ANISOTROPYMAP":"",e.clearcoatMap?"#define USE_CLEARCOATMAP":"",e.clearcoatRoughnessMap?"#define USE_CLEARCOAT_ROUGHNESSMAP":"",e.clearcoatNormalMap?"#define USE_CLEARCOAT_NORMALMAP":"",e.diffuseRoughnessMap?"#define USE_DIFFUSE_ROUGHNESSMAP":"",e.iridescenceMap?"#define USE_IRIDESCENCEMAP":"",e.iridescenceThicknessMap?"#define USE_IRIDESCENCE_THICKNESSMAP":"",e.specularMap?"#define USE_SPECULARMAP":"",e.specularColorMap?"#define USE_SPECULAR_COLORMAP":"",e.specularIntensityMap?"#define USE_SPECULAR_INTENSITYMAP":"",e.roughnessMap?"#define USE_ROUGHNESSMAP":"",e.metalnessMap?"#define USE_METALNESSMAP":"",e.alphaMap?"#define USE_ALPHAMAP":"",e.alphaHash?"#define USE_ALPHAHASH":"",e.transmission?"#define USE_TRANSMISSION":"",e.transmissionMap?"#define USE_TRANSMISSIONMAP":"",e.thicknessMap?"#define USE_THICKNESSMAP":"",e.sheenColorMap?"#define USE_SHEEN_COLORMAP":"",e.sheenRoughnessMap?"#define USE_SHEEN_ROUGHNESSMAP":"",e.mapUv?"#define MAP_UV "+e.mapUv:"",e.alphaMapUv?"#define ALPHAMAP_UV "+e.alphaMapUv:"",e.lightMapUv?"#define LIGHTMAP_UV "+e.lightMapUv:"",e.aoMapUv?"#define AOMAP_UV "+e.aoMapUv:"",e.emissiveMapUv?"#define EMISSIVEMAP_UV "+e.emissiveMapUv:"",e.bumpMapUv?"#define BUMPMAP_UV "+e.bumpMapUv:"",e.normalMapUv?"#define NORMALMAP_UV "+e.normalMapUv:"",e.displacementMapUv?"#define DISPLACEMENTMAP_UV "+e.displacementMapUv:"",e.metalnessMapUv?"#define METALNESSMAP_UV "+e.metalnessMapUv:"",e.roughnessMapUv?"#define ROUGHNESSMAP_UV "+e.roughnessMapUv:"",e.anisotropyMapUv?"#define ANISOTROPYMAP_UV "+e.anisotropyMapUv:"",e.clearcoatMapUv?"#define CLEARCOATMAP_UV "+e.clearcoatMapUv:"",e.clearcoatNormalMapUv?"#define CLEARCOAT_NORMALMAP_UV "+e.clearcoatNormalMapUv:"",e.clearcoatRoughnessMapUv?"#define CLEARCOAT_ROUGHNESSMAP_UV "+e.clearcoatRoughnessMapUv:"",e.diffuseRoughnessMapUv?"#define DIFFUSE_ROUGHNESSMAP_UV "+e.diffuseRoughnessMapUv:"",e.iridescenceMapUv?"#define IRIDESCENCEMAP_UV "+e.iridescenceMapUv:"",e.iridescenceThicknessMapUv?"#define IRIDESCENCE_THICKNESSMAP_UV "+e.iridescenceThicknessMapUv:"",e.sheenColorMapUv?"#define SHEEN_COLORMAP_UV "+e.sheenColorMapUv:"",e.sheenRoughnessMapUv?"#define SHEEN_ROUGHNESSMAP_UV "+e.sheenRoughnessMapUv:"",e.specularMapUv?"#define SPECULARMAP_UV "+e.specularMapUv:"",e.specularColorMapUv?"#define SPECULAR_COLORMAP_UV "+e.specularColorMapUv:"",e.specularIntensityMapUv?"#define SPECULAR_INTENSITYMAP_UV "+e.specularIntensityMapUv:"",e.transmissionMapUv?"#define TRANSMISSIONMAP_UV "+e.transmissionMapUv:"",e.thicknessMapUv?"#define THICKNESSMAP_UV "+e.thicknessMapUv:"",e.vertexTangents&&e.flatShading===!1?"#define USE_TANGENT":"",e.vertexNormals?"#define HAS_NORMAL":"",e.vertexColors?"#define USE_COLOR":"",e.vertexAlphas?"#define USE_COLOR_ALPHA":"",e.vertexUv1s?"#define USE_UV1":"",e.vertexUv2s?"#define USE_UV2":"",e.vertexUv3s?"#define USE_UV3":"",e.pointsUvs?"#define USE_POINTS_UV":"",e.flatShading?"#define FLAT_SHADED":"",e.skinning?"#define USE_SKINNING":"",e.morphTargets?"#define USE_MORPHTARGETS":"",e.morphNormals&&e.flatShading===!1?"#define USE_MORPHNORMALS":"",e.morphColors?"#define USE_MORPHCOLORS":"",e.morphTargetsCount>0?"#define MORPHTARGETS_TEXTURE_STRIDE "+e.morphTextureStride:"",e.morphTargetsCount>0?"#define MORPHTARGETS_COUNT "+e.morphTargetsCount:"",e.doubleSided?"#define DOUBLE_SIDED":"",e.flipSided?"#define FLIP_SIDED":"",e.shadowMapEnabled?"#define USE_SHADOWMAP":"",e.shadowMapEnabled?"#define "+l:"",e.sizeAttenuation?"#define USE_SIZEATTENUATION":"",e.numLightProbes>0?"#define USE_LIGHT_PROBES":"",e.logarithmicDepthBuffer?"#define USE_LOGARITHMIC_DEPTH_BUFFER":"",e.reversedDepthBuffer?"#define USE_REVERSED_DEPTH_BUFFER":"","uniform mat4 modelMatrix;","uniform mat4 modelViewMatrix;","uniform mat4 projectionMatrix;","uniform mat4 viewMatrix;","uniform mat3 normalMatrix;","uniform vec3 cameraPosition;","uniform bool isOrthographic;","#ifdef USE_INSTANCING","	attribute mat4 instanceMatrix;","#endif","#ifdef USE_INSTANCING_COLOR","	attribute vec3 instanceColor;","#endif","#ifdef USE_INSTANCING_MORPH","	uniform sampler2D morphTexture;","#endif","attribute vec3 position;","attribute vec3 normal;","attribute vec2 uv;","#ifdef USE_UV1","	attribute vec2 uv1;","#endif","#ifdef USE_UV2","	attribute vec2 uv2;","#endif","#ifdef USE_UV3","	attribute vec2 uv3;","#endif","#ifdef USE_TANGENT","	attribute vec4 tangent;","#endif","#if defined( USE_COLOR_ALPHA )","	attribute vec4 color;","#elif defined( USE_COLOR )","	attribute vec3 color;","#endif","#ifdef USE_SKINNING","	attribute vec4 skinIndex;","	attribute vec4 skinWeight;","#endif",`
`].filter(wl).join(`
`),p=[g_(e),"#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f,e.useFog&&e.fog?"#define USE_FOG":"",e.useFog&&e.fogExp2?"#define FOG_EXP2":"",e.alphaToCoverage?"#define ALPHA_TO_COVERAGE":"",e.map?"#define USE_MAP":"",e.matcap?"#define USE_MATCAP":"",e.envMap?"#define USE_ENVMAP":"",e.envMap?"#define "+c:"",e.envMap?"#define "+h:"",e.envMap?"#define "+d:"",e.envMapPMREM?"#define ENVMAP_MAX_LOD "+e.envMapMaxLod+".0":"",e.envMapPMREM?"#define ENVMAP_SIZE "+e.envMapSize+".0":"",e.lightMap?"#define USE_LIGHTMAP":"",e.aoMap?"#define USE_AOMAP":"",e.bumpMap?"#define USE_BUMPMAP":"",e.normalMap?"#define USE_NORMALMAP":"",e.normalMapObjectSpace?"#define USE_NORMALMAP_OBJECTSPACE":"",e.normalMapTangentSpace?"#define USE_NORMALMAP_TANGENTSPACE":"",e.packedNormalMap?"#define USE_PACKED_NORMALMAP":"",e.emissiveMap?"#define USE_EMISSIVEMAP":"",e.anisotropy?"#define USE_ANISOTROPY":"",e.anisotropyMap?"#define USE_ANISOTROPYMAP":"",e.clearcoat?"#define USE_CLEARCOAT":"",e.clearcoatMap?"#define USE_CLEARCOATMAP":"",e.clearcoatRoughnessMap?"#define USE_CLEARCOAT_ROUGHNESSMAP":"",e.clearcoatNormalMap?"#define USE_CLEARCOAT_NORMALMAP":"",e.diffuseRoughness?"#define USE_DIFFUSE_ROUGHNESS":"",e.diffuseRoughnessMap?"#define USE_DIFFUSE_ROUGHNESSMAP":"",e.dispersion?"#define USE_DISPERSION":"",e.retroreflection?"#define USE_RETROREFLECTION":"",e.iridescence?"#define USE_IRIDESCENCE":"",e.iridescenceMap?"#define USE_IRIDESCENCEMAP":"",e.iridescenceThicknessMap?"#define USE_IRIDESCENCE_THICKNESSMAP":"",e.specularMap?"#define USE_SPECULARMAP":"",e.specularColorMap?"#define USE_SPECULAR_COLORMAP":"",e.specularIntensityMap?"#define USE_SPECULAR_INTENSITYMAP":"",e.roughnessMap?"#define USE_ROUGHNESSMAP":"",e.metalnessMap?"#define USE_METALNESSMAP":"",e.alphaMap?"#define USE_ALPHAMAP":"",e.alphaTest?"#define USE_ALPHATEST":"",e.alphaHash?"#define USE_ALPHAHASH":"",e.sheen?"#define USE_SHEEN":"",e.sheenColorMap?"#define USE_SHEEN_COLORMAP":"",e.sheenRoughnessMap?"#define USE_SHEEN_ROUGHNESSMAP":"",e.transmission?"#define USE_TRANSMISSION":"",e.transmissionMap?"#define USE_TRANSMISSIONMAP":"",e.thicknessMap?"#define USE_THICKNESSMAP":"",e.vertexTangents&&e.flatShading===!1?"#define USE_TANGENT":"",e.vertexColors||e.instancingColor?"#define USE_COLOR":"",e.vertexAlphas||e.batchingColor?"#define USE_COLOR_ALPHA":"",e.vertexUv1s?"#define USE_UV1":"",e.vertexUv2s?"#define USE_UV2":"",e.vertexUv3s?"#define USE_UV3":"",e.pointsUvs?"#define USE_POINTS_UV":"",e.gradientMap?"#define USE_GRADIENTMAP":"",e.flatShading?"#define FLAT_SHADED":"",e.doubleSided?"#define DOUBLE_SIDED":"",e.flipSided?"#define FLIP_SIDED":"",e.shadowMapEnabled?"#define USE_SHADOWMAP":"",e.shadowMapEnabled?"#define "+l:"",e.premultipliedAlpha?"#define PREMULTIPLIED_ALPHA":"",e.numLightProbes>0?"#define USE_LIGHT_PROBES":"",e.decodeVideoTexture?"#define DECODE_VIDEO_TEXTURE":"",e.decodeVideoTextureEmissive?"#define DECODE_VIDEO_TEXTURE_EMISSIVE":"",e.logarithmicDepthBuffer?"#define USE_LOGARITHMIC_DEPTH_BUFFER":"",e.reversedDepthBuffer?"#define USE_REVERSED_DEPTH_BUFFER":"","uniform mat4 viewMatrix;","uniform vec3 cameraPosition;","uniform bool isOrthographic;",e.toneMapping!==hs?"#define TONE_MAPPING":"",e.toneMapping!==hs?ue.tonemapping_pars_fragment:"",e.toneMapping!==hs?kT("toneMapping",e.toneMapping):"",e.dithering?"#define DITHERING":"",e.opaque?"#define OPAQUE":"",ue.colorspace_pars_fragment,FT("linearToOutputTexel",e.outputColorSpace),BT(),e.useDepthPacking?"#define DEPTH_PACKING "+e.depthPacking:"",`
`].filter(wl).join(`
`)),o=ep(o),o=f_(o,e),o=p_(o,e),a=ep(a),a=f_(a,e),a=p_(a,e),o=m_(o),a=m_(a),e.isRawShaderMaterial!==!0&&(g=`#version 300 es
`,y=[u,"#define attribute in","#define varying out","#define texture2D texture"].join(`
`)+`
`+y,p=["#define varying in",e.glslVersion===Ff?"":"layout(location = 0) out highp vec4 pc_fragColor;",e.glslVersion===Ff?"":"#define gl_FragColor pc_fragColor","#define gl_FragDepthEXT gl_FragDepth","#define texture2D texture","#define textureCube texture","#define texture2DProj textureProj","#define texture2DLodEXT textureLod","#define texture2DProjLodEXT textureProjLod","#define textureCubeLodEXT textureLod","#define texture2DGradEXT textureGrad","#define texture2DProjGradEXT textureProjGrad","#define textureCubeGradEXT textureGrad"].join(`
`)+`
`+p);let x=g+y+o,M=g+p+a,v=h_(s,s.VERTEX_SHADER,x),A=h_(s,s.FRAGMENT_SHADER,M);s.attachShader(m,v),s.attachShader(m,A),e.index0AttributeName!==void 0?s.bindAttribLocation(m,0,e.index0AttributeName):e.hasPositionAttribute===!0&&s.bindAttribLocation(m,0,"position"),s.linkProgram(m);function w(P){if(i.debug.checkShaderErrors){let R=s.getProgramInfoLog(m)||"",U=s.getShaderInfoLog(v)||"",k=s.getShaderInfoLog(A)||"",D=R.trim(),G=U.trim(),O=k.trim(),V=!0,it=!0;if(s.getProgramParameter(m,s.LINK_STATUS)===!1)if(V=!1,typeof i.debug.onShaderError=="function")i.debug.onShaderError(s,m,v,A);else{let Y=d_(s,v,"vertex"),j=d_(s,A,"fragment");Qt("WebGLProgram: Shader Error "+s.getError()+" - VALIDATE_STATUS "+s.getProgramParameter(m,s.VALIDATE_STATUS)+`

Material Name: `+P.name+`
Material Type: `+P.type+`

Program Info Log: `+D+`
`+Y+`
`+j)}else D!==""?Yt("WebGLProgram: Program Info Log:",D):(G===""||O==="")&&(it=!1);it&&(P.diagnostics={runnable:V,programLog:D,vertexShader:{log:G,prefix:y},fragmentShader:{log:O,prefix:p}})}s.deleteShader(v),s.deleteShader(A),_=new ra(s,m),S=GT(s,m)}let _;this.getUniforms=function(){return _===void 0&&w(this),_};let S;this.getAttributes=function(){return S===void 0&&w(this),S};let I=e.rendererExtensionParallelShaderCompile===!1;return this.isReady=function(){return I===!1&&(I=s.getProgramParameter(m,LT)),I},this.destroy=function(){n.releaseStatesOfProgram(this),s.deleteProgram(m),this.program=void 0},this.type=e.shaderType,this.name=e.shaderName,this.id=NT++,this.cacheKey=t,this.usedTimes=1,this.program=m,this.vertexShader=v,this.fragmentShader=A,this}var tA=0,np=class{constructor(){this.shaderCache=new Map,this.materialCache=new Map}update(t,e,n){let s=this._getShaderCacheForMaterial(t);return s.has(e)===!1&&(s.add(e),e.usedTimes++),s.has(n)===!1&&(s.add(n),n.usedTimes++),this}remove(t){let e=this.materialCache.get(t);for(let n of e)n.usedTimes--,n.usedTimes===0&&this.shaderCache.delete(n.code);return this.materialCache.delete(t),this}getVertexShaderStage(t){return this._getShaderStage(t.vertexShader)}getFragmentShaderStage(t){return this._getShaderStage(t.fragmentShader)}dispose(){this.shaderCache.clear(),this.materialCache.clear()}_getShaderCacheForMaterial(t){let e=this.materialCache,n=e.get(t);return n===void 0&&(n=new Set,e.set(t,n)),n}_getShaderStage(t){let e=this.shaderCache,n=e.get(t);return n===void 0&&(n=new ip(t),e.set(t,n)),n}},ip=class{constructor(t){this.id=tA++,this.code=t,this.usedTimes=0}};function eA(i){return i===ar||i===vl||i===bl}function nA(i,t,e,n,s,r){let o=new Wa,a=new np,l=new Set,c=[],h=new Map,d=n.logarithmicDepthBuffer,u={MeshDepthMaterial:"depth",MeshDistanceMaterial:"distance",MeshNormalMaterial:"normal",MeshBasicMaterial:"basic",MeshLambertMaterial:"lambert",MeshPhongMaterial:"phong",MeshToonMaterial:"toon",MeshStandardMaterial:"physical",MeshPhysicalMaterial:"physical",MeshMatcapMaterial:"matcap",LineBasicMaterial:"basic",LineDashedMaterial:"dashed",PointsMaterial:"points",ShadowMaterial:"shadow",SpriteMaterial:"sprite"};function f(_){return l.add(_),_===0?"uv":`uv${_}`}function m(_,S,I,P,R,U){let k=P.fog,D=R.geometry,G=_.isMeshStandardMaterial||_.isMeshLambertMaterial||_.isMeshPhongMaterial?P.environment:null,O=_.isMeshStandardMaterial||_.isMeshLambertMaterial&&!_.envMap||_.isMeshPhongMaterial&&!_.envMap,V=t.get(_.envMap||G,O),it=u[_.type],Y=n.precision;_.precision!==null&&(Y=n.getMaxPrecision(_.precision),Y!==_.precision&&Yt("WebGLProgram.getParameters:",_.precision,"not supported, using",Y,"instead."));let j=D.morphAttributes.position||D.morphAttributes.normal||D.morphAttributes.color,tt=j!==void 0?j.length:0,ht=0;D.morphAttributes.position!==void 0&&(ht=1),D.morphAttributes.normal!==void 0&&(ht=2),D.morphAttributes.color!==void 0&&(ht=3);let st,q,rt,nt;if(it){let Ct=fs[it];st=Ct.vertexShader,q=Ct.fragmentShader}else{st=_.vertexShader,q=_.fragmentShader;let Ct=a.getVertexShaderStage(_),ae=a.getFragmentShaderStage(_);a.update(_,Ct,ae),rt=Ct.id,nt=ae.id}let lt=i.getRenderTarget(),gt=i.state.buffers.depth.getReversed(),Ut=R.isInstancedMesh===!0,Jt=R.isBatchedMesh===!0,kt=!!_.map,de=!!_.matcap,ce=!!V,se=ce&&V.isPMREMTexture===!0,je=!!_.aoMap,Ge=!!_.lightMap,pn=!!_.bumpMap&&_.wireframe===!1,De=!!_.normalMap,Pn=!!_.displacementMap,be=!!_.emissiveMap,Mn=!!_.metalnessMap,sn=!!_.roughnessMap,mn=_.anisotropy>0,z=_.clearcoat>0,Rt=_.diffuseRoughness>0,jt=_.dispersion>0,oe=_.retroreflectivity>0,wt=_.iridescence>0,Oe=_.sheen>0,Gt=_.transmission>0,Zt=mn&&!!_.anisotropyMap,L=z&&!!_.clearcoatMap,T=z&&!!_.clearcoatNormalMap,$=z&&!!_.clearcoatRoughnessMap,mt=Rt&&!!_.diffuseRoughnessMap,dt=wt&&!!_.iridescenceMap,vt=wt&&!!_.iridescenceThicknessMap,bt=Oe&&!!_.sheenColorMap,ot=Oe&&!!_.sheenRoughnessMap,ct=!!_.specularMap,xt=!!_.specularColorMap,B=!!_.specularIntensityMap,ut=Gt&&!!_.transmissionMap,at=Gt&&!!_.thicknessMap,Tt=!!_.gradientMap,yt=!!_.alphaMap,Mt=_.alphaTest>0,Wt=!!_.alphaHash,te=!!_.extensions,pt=hs;_.toneMapped&&(lt===null||lt.isXRRenderTarget===!0)&&(pt=i.toneMapping);let Bt=se?V.isCompressedCubeTexture?V.image[0].mipmaps:V.mipmaps:null,ee={shaderID:it,shaderType:_.type,shaderName:_.name,vertexShader:st,fragmentShader:q,defines:_.defines,customVertexShaderID:rt,customFragmentShaderID:nt,isRawShaderMaterial:_.isRawShaderMaterial===!0,glslVersion:_.glslVersion,precision:Y,batching:Jt,batchingColor:Jt&&R._colorsTexture!==null,instancing:Ut,instancingColor:Ut&&R.instanceColor!==null,instancingMorph:Ut&&R.morphTexture!==null,outputColorSpace:lt===null?i.outputColorSpace:lt.isXRRenderTarget===!0?lt.texture.colorSpace:le.workingColorSpace,alphaToCoverage:!!_.alphaToCoverage,map:kt,matcap:de,envMap:ce,envMapMode:ce&&V.mapping,envMapPMREM:se,envMapMaxLod:se?Bt.length-1:null,envMapSize:se?Bt[0].width:null,aoMap:je,lightMap:Ge,bumpMap:pn,normalMap:De,displacementMap:Pn,emissiveMap:be,normalMapObjectSpace:De&&_.normalMapType===U0,normalMapTangentSpace:De&&_.normalMapType===Sl,packedNormalMap:De&&_.normalMapType===Sl&&eA(_.normalMap.format),metalnessMap:Mn,roughnessMap:sn,anisotropy:mn,anisotropyMap:Zt,clearcoat:z,clearcoatMap:L,clearcoatNormalMap:T,clearcoatRoughnessMap:$,diffuseRoughness:Rt,diffuseRoughnessMap:mt,dispersion:jt,retroreflection:oe,iridescence:wt,iridescenceMap:dt,iridescenceThicknessMap:vt,sheen:Oe,sheenColorMap:bt,sheenRoughnessMap:ot,specularMap:ct,specularColorMap:xt,specularIntensityMap:B,transmission:Gt,transmissionMap:ut,thicknessMap:at,gradientMap:Tt,opaque:_.transparent===!1&&_.blending===na&&_.alphaToCoverage===!1,alphaMap:yt,alphaTest:Mt,alphaHash:Wt,combine:_.combine,mapUv:kt&&f(_.map.channel),aoMapUv:je&&f(_.aoMap.channel),lightMapUv:Ge&&f(_.lightMap.channel),bumpMapUv:pn&&f(_.bumpMap.channel),normalMapUv:De&&f(_.normalMap.channel),displacementMapUv:Pn&&f(_.displacementMap.channel),emissiveMapUv:be&&f(_.emissiveMap.channel),metalnessMapUv:Mn&&f(_.metalnessMap.channel),roughnessMapUv:sn&&f(_.roughnessMap.channel),anisotropyMapUv:Zt&&f(_.anisotropyMap.channel),clearcoatMapUv:L&&f(_.clearcoatMap.channel),clearcoatNormalMapUv:T&&f(_.clearcoatNormalMap.channel),clearcoatRoughnessMapUv:$&&f(_.clearcoatRoughnessMap.channel),diffuseRoughnessMapUv:mt&&f(_.diffuseRoughnessMap.channel),iridescenceMapUv:dt&&f(_.iridescenceMap.channel),iridescenceThicknessMapUv:vt&&f(_.iridescenceThicknessMap.channel),sheenColorMapUv:bt&&f(_.sheenColorMap.channel),sheenRoughnessMapUv:ot&&f(_.sheenRoughnessMap.channel),specularMapUv:ct&&f(_.specularMap.channel),specularColorMapUv:xt&&f(_.specularColorMap.channel),specularIntensityMapUv:B&&f(_.specularIntensityMap.channel),transmissionMapUv:ut&&f(_.transmissionMap.channel),thicknessMapUv:at&&f(_.thicknessMap.channel),alphaMapUv:yt&&f(_.alphaMap.channel),vertexTangents:!!D.attributes.tangent&&(De||mn),vertexNormals:!!D.attributes.normal,vertexColors:_.vertexColors,vertexAlphas:_.vertexColors===!0&&!!D.attributes.color&&D.attributes.color.itemSize===4,pointsUvs:R.isPoints===!0&&!!D.attributes.uv&&(kt||yt),fog:!!k,useFog:_.fog===!0,fogExp2:!!k&&k.isFogExp2,flatShading:_.wireframe===!1&&(_.flatShading===!0||D.attributes.normal===void 0&&De===!1&&(_.isMeshLambertMaterial||_.isMeshPhongMaterial||_.isMeshStandardMaterial||_.isMeshPhysicalMaterial)),sizeAttenuation:_.sizeAttenuation===!0,logarithmicDepthBuffer:d,reversedDepthBuffer:gt,skinning:R.isSkinnedMesh===!0,hasPositionAttribute:D.attributes.position!==void 0,morphTargets:D.morphAttributes.position!==void 0,morphNormals:D.morphAttributes.normal!==void 0,morphColors:D.morphAttributes.color!==void 0,morphTargetsCount:tt,morphTextureStride:ht,numSunLights:S.sun.length,numDirLights:S.directional.length,numPointLights:S.point.length,numSpotLights:S.spot.length,numSpotLightMaps:S.spotLightMap.length,numRectAreaLights:S.rectArea.length,numHemiLights:S.hemi.length,numSunLightShadows:S.sunShadowMap.length,numDirLightShadows:S.directionalShadowMap.length,numPointLightShadows:S.pointShadowMap.length,numSpotLightShadows:S.spotShadowMap.length,numSpotLightShadowsWithMaps:S.numSpotLightShadowsWithMaps,numLightProbes:S.numLightProbes,numLightProbeGrids:U.filter(Ct=>Ct.texture!==null).length,numClippingPlanes:r.numPlanes,numClipIntersection:r.numIntersection,dithering:_.dithering,shadowMapEnabled:i.shadowMap.enabled&&I.length>0,shadowMapType:i.shadowMap.type,toneMapping:pt,decodeVideoTexture:kt&&_.map.isVideoTexture===!0&&le.getTransfer(_.map.colorSpace)===Re,decodeVideoTextureEmissive:be&&_.emissiveMap.isVideoTexture===!0&&le.getTransfer(_.emissiveMap.colorSpace)===Re,premultipliedAlpha:_.premultipliedAlpha,doubleSided:_.side===Vn,flipSided:_.side===si,useDepthPacking:_.depthPacking>=0,depthPacking:_.depthPacking||0,index0AttributeName:_.index0AttributeName,extensionClipCullDistance:te&&_.extensions.clipCullDistance===!0&&e.has("WEBGL_clip_cull_distance"),extensionMultiDraw:(te&&_.extensions.multiDraw===!0||Jt)&&e.has("WEBGL_multi_draw"),rendererExtensionParallelShaderCompile:e.has("KHR_parallel_shader_compile"),customProgramCacheKey:_.customProgramCacheKey()};return ee.vertexUv1s=l.has(1),ee.vertexUv2s=l.has(2),ee.vertexUv3s=l.has(3),l.clear(),ee}function y(_){let S=[];if(_.shaderID?S.push(_.shaderID):(S.push(_.customVertexShaderID),S.push(_.customFragmentShaderID)),_.defines!==void 0)for(let I in _.defines)S.push(I),S.push(_.defines[I]);return _.isRawShaderMaterial===!1&&(p(S,_),g(S,_),S.push(i.outputColorSpace)),S.push(_.customProgramCacheKey),S.join()}function p(_,S){_.push(S.precision),_.push(S.outputColorSpace),_.push(S.envMapMode),_.push(S.envMapPMREM),_.push(S.envMapMaxLod),_.push(S.envMapSize),_.push(S.mapUv),_.push(S.alphaMapUv),_.push(S.lightMapUv),_.push(S.aoMapUv),_.push(S.bumpMapUv),_.push(S.normalMapUv),_.push(S.displacementMapUv),_.push(S.emissiveMapUv),_.push(S.metalnessMapUv),_.push(S.roughnessMapUv),_.push(S.anisotropyMapUv),_.push(S.clearcoatMapUv),_.push(S.clearcoatNormalMapUv),_.push(S.clearcoatRoughnessMapUv),_.push(S.diffuseRoughnessMapUv),_.push(S.iridescenceMapUv),_.push(S.iridescenceThicknessMapUv),_.push(S.sheenColorMapUv),_.push(S.sheenRoughnessMapUv),_.push(S.specularMapUv),_.push(S.specularColorMapUv),_.push(S.specularIntensityMapUv),_.push(S.transmissionMapUv),_.push(S.thicknessMapUv),_.push(S.combine),_.push(S.fogExp2),_.push(S.sizeAttenuation),_.push(S.morphTargetsCount),_.push(S.numSunLights),_.push(S.numDirLights),_.push(S.numPointLights),_.push(S.numSpotLights),_.push(S.numSpotLightMaps),_.push(S.numHemiLights),_.push(S.numRectAreaLights),_.push(S.numSunLightShadows),_.push(S.numDirLightShadows),_.push(S.numPointLightShadows),_.push(S.numSpotLightShadows),_.push(S.numSpotLightShadowsWithMaps),_.push(S.numLightProbes),_.push(S.numLightProbeGrids),_.push(S.shadowMapType),_.push(S.toneMapping),_.push(S.numClippingPlanes),_.push(S.numClipIntersection),_.push(S.depthPacking)}function g(_,S){o.disableAll(),S.instancing&&o.enable(0),S.instancingColor&&o.enable(1),S.instancingMorph&&o.enable(2),S.matcap&&o.enable(3),S.envMap&&o.enable(4),S.normalMapObjectSpace&&o.enable(5),S.normalMapTangentSpace&&o.enable(6),S.clearcoat&&o.enable(7),S.iridescence&&o.enable(8),S.alphaTest&&o.enable(9),S.vertexColors&&o.enable(10),S.vertexAlphas&&o.enable(11),S.vertexUv1s&&o.enable(12),S.vertexUv2s&&o.enable(13),S.vertexUv3s&&o.enable(14),S.vertexTangents&&o.enable(15),S.anisotropy&&o.enable(16),S.alphaHash&&o.enable(17),S.batching&&o.enable(18),S.dispersion&&o.enable(19),S.retroreflection&&o.enable(24),S.diffuseRoughness&&o.enable(25),S.batchingColor&&o.enable(20),S.gradientMap&&o.enable(21),S.packedNormalMap&&o.enable(22),S.vertexNormals&&o.enable(23),_.push(o.mask),o.disableAll(),S.fog&&o.enable(0),S.useFog&&o.enable(1),S.flatShading&&o.enable(2),S.logarithmicDepthBuffer&&o.enable(3),S.reversedDepthBuffer&&o.enable(4),S.skinning&&o.enable(5),S.morphTargets&&o.enable(6),S.morphNormals&&o.enable(7),S.morphColors&&o.enable(8),S.premultipliedAlpha&&o.enable(9),S.shadowMapEnabled&&o.enable(10),S.doubleSided&&o.enable(11),S.flipSided&&o.enable(12),S.useDepthPacking&&o.enable(13),S.dithering&&o.enable(14),S.transmission&&o.enable(15),S.sheen&&o.enable(16),S.opaque&&o.enable(17),S.pointsUvs&&o.enable(18),S.decodeVideoTexture&&o.enable(19),S.decodeVideoTextureEmissive&&o.enable(20),S.alphaToCoverage&&o.enable(21),S.numLightProbeGrids>0&&o.enable(22),S.hasPositionAttribute&&o.enable(23),_.push(o.mask)}function x(_){let S=u[_.type],I;if(S){let P=fs[S];I=K0.clone(P.uniforms)}else I=_.uniforms;return I}function M(_,S){let I=h.get(S);return I!==void 0?++I.usedTimes:(I=new QT(i,S,_,s),c.push(I),h.set(S,I)),I}function v(_){if(--_.usedTimes===0){let S=c.indexOf(_);c[S]=c[c.length-1],c.pop(),h.delete(_.cacheKey),_.destroy()}}function A(_){a.remove(_)}function w(){a.dispose()}return{getParameters:m,getProgramCacheKey:y,getUniforms:x,acquireProgram:M,releaseProgram:v,releaseShaderCache:A,programs:c,dispose:w}}function iA(){let i=new WeakMap;function t(o){return i.has(o)}function e(o){let a=i.get(o);return a===void 0&&(a={},i.set(o,a)),a}function n(o){i.delete(o)}function s(o,a,l){i.get(o)[a]=l}function r(){i=new WeakMap}return{has:t,get:e,remove:n,update:s,dispose:r}}function sA(i,t){return i.groupOrder!==t.groupOrder?i.groupOrder-t.groupOrder:i.renderOrder!==t.renderOrder?i.renderOrder-t.renderOrder:i.material.id!==t.material.id?i.material.id-t.material.id:i.materialVariant!==t.materialVariant?i.materialVariant-t.materialVariant:i.z!==t.z?i.z-t.z:i.id-t.id}function __(i,t){return i.groupOrder!==t.groupOrder?i.groupOrder-t.groupOrder:i.renderOrder!==t.renderOrder?i.renderOrder-t.renderOrder:i.z!==t.z?t.z-i.z:i.id-t.id}function x_(){let i=[],t=0,e=[],n=[],s=[];function r(){t=0,e.length=0,n.length=0,s.length=0}function o(u){let f=0;return u.isInstancedMesh&&(f+=2),u.isSkinnedMesh&&(f+=1),f}function a(u,f,m,y,p,g){let x=i[t];return x===void 0?(x={id:u.id,object:u,geometry:f,material:m,materialVariant:o(u),groupOrder:y,renderOrder:u.renderOrder,z:p,group:g},i[t]=x):(x.id=u.id,x.object=u,x.geometry=f,x.material=m,x.materialVariant=o(u),x.groupOrder=y,x.renderOrder=u.renderOrder,x.z=p,x.group=g),t++,x}function l(u,f,m,y,p,g,x){x.reversedDepth===!0&&(p=-p);let M=a(u,f,m,y,p,g);m.transmission>0?n.push(M):m.transparent===!0?s.push(M):e.push(M)}function c(u,f,m,y,p,g){let x=a(u,f,m,y,p,g);m.transmission>0?n.unshift(x):m.transparent===!0?s.unshift(x):e.unshift(x)}function h(u,f){e.length>1&&e.sort(u||sA),n.length>1&&n.sort(f||__),s.length>1&&s.sort(f||__)}function d(){for(let u=t,f=i.length;u<f;u++){let m=i[u];if(m.id===null)break;m.id=null,m.object=null,m.geometry=null,m.material=null,m.group=null}}return{opaque:e,transmissive:n,transparent:s,init:r,push:l,unshift:c,finish:d,sort:h}}function rA(){let i=new WeakMap;function t(n,s){let r=i.get(n),o;return r===void 0?(o=new x_,i.set(n,[o])):s>=r.length?(o=new x_,r.push(o)):o=r[s],o}function e(){i=new WeakMap}return{get:t,dispose:e}}function oA(){let i={};return{get:function(t){if(i[t.id]!==void 0)return i[t.id];let e;switch(t.type){case"SunLight":case"DirectionalLight":e={direction:new H,color:new qt};break;case"SpotLight":e={position:new H,direction:new H,color:new qt,distance:0,coneCos:0,penumbraCos:0,decay:0};break;case"PointLight":e={position:new H,color:new qt,distance:0,decay:0};break;case"HemisphereLight":e={direction:new H,skyColor:new qt,groundColor:new qt};break;case"RectAreaLight":e={color:new qt,position:new H,halfWidth:new H,halfHeight:new H};break}return i[t.id]=e,e}}}function aA(){let i={};return{get:function(t){if(i[t.id]!==void 0)return i[t.id];let e;switch(t.type){case"SunLight":case"DirectionalLight":e={shadowIntensity:1,shadowBias:0,shadowNormalBias:0,shadowRadius:1,shadowMapSize:new Ht};break;case"SpotLight":e={shadowIntensity:1,shadowBias:0,shadowNormalBias:0,shadowRadius:1,shadowMapSize:new Ht};break;case"PointLight":e={shadowIntensity:1,shadowBias:0,shadowNormalBias:0,shadowRadius:1,shadowMapSize:new Ht,shadowCameraNear:1,shadowCameraFar:1e3};break}return i[t.id]=e,e}}}var lA=0;function cA(i,t){return(t.castShadow?2:0)-(i.castShadow?2:0)+(t.map?1:0)-(i.map?1:0)}function hA(i){let t=new oA,e=aA(),n={version:0,hash:{sunLength:-1,directionalLength:-1,pointLength:-1,spotLength:-1,rectAreaLength:-1,hemiLength:-1,numSunShadows:-1,numDirectionalShadows:-1,numPointShadows:-1,numSpotShadows:-1,numSpotMaps:-1,numLightProbes:-1},ambient:[0,0,0],probe:[],sun:[],sunShadow:[],sunShadowMap:[],sunShadowMatrix:[],sunShadowCascade:[],directional:[],directionalShadow:[],directionalShadowMap:[],directionalShadowMatrix:[],spot:[],spotLightMap:[],spotShadow:[],spotShadowMap:[],spotLightMatrix:[],rectArea:[],rectAreaLTC1:null,rectAreaLTC2:null,point:[],pointShadow:[],pointShadowMap:[],pointShadowMatrix:[],hemi:[],numSpotLightShadowsWithMaps:0,numLightProbes:0};for(let c=0;c<9;c++)n.probe.push(new H);let s=new H,r=new $t,o=new $t;function a(c){let h=0,d=0,u=0;for(let U=0;U<9;U++)n.probe[U].set(0,0,0);let f=0,m=0,y=0,p=0,g=0,x=0,M=0,v=0,A=0,w=0,_=0,S=0,I=0,P=0;c.sort(cA);for(let U=0,k=c.length;U<k;U++){let D=c[U],G=D.color,O=D.intensity,V=D.distance,it=null;if(D.shadow&&D.shadow.map&&(D.shadow.map.texture.format===ar?it=D.shadow.map.texture:it=D.shadow.map.depthTexture||D.shadow.map.texture),D.isAmbientLight)h+=G.r*O,d+=G.g*O,u+=G.b*O;else if(D.isLightProbe){for(let Y=0;Y<9;Y++)n.probe[Y].addScaledVector(D.sh.coefficients[Y],O);P++}else if(D.isSunLight){let Y=t.get(D);if(Y.color.copy(D.color).multiplyScalar(D.intensity),D.castShadow){let j=D.shadow,tt=e.get(D);tt.shadowIntensity=j.intensity,tt.shadowBias=j.bias,tt.shadowNormalBias=j.normalBias,tt.shadowRadius=j.radius,tt.shadowMapSize.copy(j.mapSize).multiply(j.getFrameExtents()),n.sunShadow[m]=tt,n.sunShadowMap[m]=it;let ht=j.getViewportCount();for(let st=0;st<ht;st++)n.sunShadowMatrix[y+st]=j.getMatrix(st),n.sunShadowCascade[y+st]=j._cascadeData[st];y+=ht,m++}n.sun[f]=Y,f++}else if(D.isDirectionalLight){let Y=t.get(D);if(Y.color.copy(D.color).multiplyScalar(D.intensity),D.castShadow){let j=D.shadow,tt=e.get(D);tt.shadowIntensity=j.intensity,tt.shadowBias=j.bias,tt.shadowNormalBias=j.normalBias,tt.shadowRadius=j.radius,tt.shadowMapSize=j.mapSize,n.directionalShadow[p]=tt,n.directionalShadowMap[p]=it,n.directionalShadowMatrix[p]=D.shadow.matrix,A++}n.directional[p]=Y,p++}else if(D.isSpotLight){let Y=t.get(D);Y.position.setFromMatrixPosition(D.matrixWorld),Y.color.copy(G).multiplyScalar(O),Y.distance=V,Y.coneCos=Math.cos(D.angle),Y.penumbraCos=Math.cos(D.angle*(1-D.penumbra)),Y.decay=D.decay,n.spot[x]=Y;let j=D.shadow;if(D.map&&(n.spotLightMap[S]=D.map,S++,j.updateMatrices(D),D.castShadow&&I++),n.spotLightMatrix[x]=j.matrix,D.castShadow){let tt=e.get(D);tt.shadowIntensity=j.intensity,tt.shadowBias=j.bias,tt.shadowNormalBias=j.normalBias,tt.shadowRadius=j.radius,tt.shadowMapSize=j.mapSize,n.spotShadow[x]=tt,n.spotShadowMap[x]=it,_++}x++}else if(D.isRectAreaLight){let Y=t.get(D);Y.color.copy(G).multiplyScalar(O),Y.halfWidth.set(D.width*.5,0,0),Y.halfHeight.set(0,D.height*.5,0),n.rectArea[M]=Y,M++}else if(D.isPointLight){let Y=t.get(D);if(Y.color.copy(D.color).multiplyScalar(D.intensity),Y.distance=D.distance,Y.decay=D.decay,D.castShadow){let j=D.shadow,tt=e.get(D);tt.shadowIntensity=j.intensity,tt.shadowBias=j.bias,tt.shadowNormalBias=j.normalBias,tt.shadowRadius=j.radius,tt.shadowMapSize=j.mapSize,tt.shadowCameraNear=j.camera.near,tt.shadowCameraFar=j.camera.far,n.pointShadow[g]=tt,n.pointShadowMap[g]=it,n.pointShadowMatrix[g]=D.shadow.matrix,w++}n.point[g]=Y,g++}else if(D.isHemisphereLight){let Y=t.get(D);Y.skyColor.copy(D.color).multiplyScalar(O),Y.groundColor.copy(D.groundColor).multiplyScalar(O),n.hemi[v]=Y,v++}}M>0&&(i.has("OES_texture_float_linear")===!0?(n.rectAreaLTC1=Lt.LTC_FLOAT_1,n.rectAreaLTC2=Lt.LTC_FLOAT_2):(n.rectAreaLTC1=Lt.LTC_HALF_1,n.rectAreaLTC2=Lt.LTC_HALF_2)),n.ambient[0]=h,n.ambient[1]=d,n.ambient[2]=u;let R=n.hash;(R.sunLength!==f||R.directionalLength!==p||R.pointLength!==g||R.spotLength!==x||R.rectAreaLength!==M||R.hemiLength!==v||R.numSunShadows!==m||R.numDirectionalShadows!==A||R.numPointShadows!==w||R.numSpotShadows!==_||R.numSpotMaps!==S||R.numLightProbes!==P)&&(n.sun.length=f,n.directional.length=p,n.spot.length=x,n.rectArea.length=M,n.point.length=g,n.hemi.length=v,n.sunShadow.length=m,n.sunShadowMap.length=m,n.sunShadowMatrix.length=y,n.sunShadowCascade.length=y,n.directionalShadow.length=A,n.directionalShadowMap.length=A,n.directionalShadowMatrix.length=A,n.pointShadow.length=w,n.pointShadowMap.length=w,n.pointShadowMatrix.length=w,n.spotShadow.length=_,n.spotShadowMap.length=_,n.spotLightMatrix.length=_+S-I,n.spotLightMap.length=S,n.numSpotLightShadowsWithMaps=I,n.numLightProbes=P,R.sunLength=f,R.directionalLength=p,R.pointLength=g,R.spotLength=x,R.rectAreaLength=M,R.hemiLength=v,R.numSunShadows=m,R.numDirectionalShadows=A,R.numPointShadows=w,R.numSpotShadows=_,R.numSpotMaps=S,R.numLightProbes=P,n.version=lA++)}function l(c,h){let d=0,u=0,f=0,m=0,y=0,p=0,g=h.matrixWorldInverse;for(let x=0,M=c.length;x<M;x++){let v=c[x];if(v.isSunLight){let A=n.sun[d];A.direction.setFromMatrixPosition(v.matrixWorld),A.direction.transformDirection(g),d++}else if(v.isDirectionalLight){let A=n.directional[u];A.direction.setFromMatrixPosition(v.matrixWorld),s.setFromMatrixPosition(v.target.matrixWorld),A.direction.sub(s),A.direction.transformDirection(g),u++}else if(v.isSpotLight){let A=n.spot[m];A.position.setFromMatrixPosition(v.matrixWorld),A.position.applyMatrix4(g),A.direction.setFromMatrixPosition(v.matrixWorld),s.setFromMatrixPosition(v.target.matrixWorld),A.direction.sub(s),A.direction.transformDirection(g),m++}else if(v.isRectAreaLight){let A=n.rectArea[y];A.position.setFromMatrixPosition(v.matrixWorld),A.position.applyMatrix4(g),o.identity(),r.copy(v.matrixWorld),r.premultiply(g),o.extractRotation(r),A.halfWidth.set(v.width*.5,0,0),A.halfHeight.set(0,v.height*.5,0),A.halfWidth.applyMatrix4(o),A.halfHeight.applyMatrix4(o),y++}else if(v.isPointLight){let A=n.point[f];A.position.setFromMatrixPosition(v.matrixWorld),A.position.applyMatrix4(g),f++}else if(v.isHemisphereLight){let A=n.hemi[p];A.direction.setFromMatrixPosition(v.matrixWorld),A.direction.transformDirection(g),p++}}}return{setup:a,setupView:l,state:n}}function y_(i){let t=new hA(i),e=[],n=[],s=[];function r(d){h.camera=d,e.length=0,n.length=0,s.length=0}function o(d){d.isLightProbeGrid?s.push(d):e.push(d)}function a(d){n.push(d)}function l(){t.setup(e),s.sort((d,u)=>d.priority-u.priority||d.id-u.id)}function c(d){t.setupView(e,d)}let h={lightsArray:e,shadowsArray:n,lightProbeGridArray:s,camera:null,lights:t,transmissionRenderTarget:{},textureUnits:0};return{init:r,state:h,setupLights:l,setupLightsView:c,pushLight:o,pushShadow:a}}function uA(i){let t=new WeakMap;function e(s,r=0){let o=t.get(s),a;return o===void 0?(a=new y_(i),t.set(s,[a])):r>=o.length?(a=new y_(i),o.push(a)):a=o[r],a}function n(){t=new WeakMap}return{get:e,dispose:n}}var dA=`void main() {
	gl_Position = vec4( position, 1.0 );
}`,fA=`uniform sampler2D shadow_pass;
uniform vec2 resolution;
uniform float radius;
void main() {
	const float samples = float( VSM_SAMPLES );
	float mean = 0.0;
	float squared_mean = 0.0;
	float uvStride = samples <= 1.0 ? 0.0 : 2.0 / ( samples - 1.0 );
	float uvStart = samples <= 1.0 ? 0.0 : - 1.0;
	for ( float i = 0.0; i < samples; i ++ ) {
		float uvOffset = uvStart + i * uvStride;
		#ifdef HORIZONTAL_PASS
			vec2 distribution = texture2D( shadow_pass, ( gl_FragCoord.xy + vec2( uvOffset, 0.0 ) * radius ) / resolution ).rg;
			mean += distribution.x;
			squared_mean += distribution.y * distribution.y + distribution.x * distribution.x;
		#else
			float depth = texture2D( shadow_pass, ( gl_FragCoord.xy + vec2( 0.0, uvOffset ) * radius ) / resolution ).r;
			mean += depth;
			squared_mean += depth * depth;
		#endif
	}
	mean = mean / samples;
	squared_mean = squared_mean / samples;
	float std_dev = sqrt( max( 0.0, squared_mean - mean * mean ) );
	gl_FragColor = vec4( mean, std_dev, 0.0, 1.0 );
}`,pA=[new H(1,0,0),new H(-1,0,0),new H(0,1,0),new H(0,-1,0),new H(0,0,1),new H(0,0,-1)],mA=[new H(0,-1,0),new H(0,-1,0),new H(0,0,1),new H(0,0,-1),new H(0,-1,0),new H(0,-1,0)],v_=new $t,Ml=new H,jf=new H;function gA(i,t,e){let n=new er,s=new Ht,r=new Ht,o=new Ne,a=new lh,l=new ch,c={},h=e.maxTextureSize,d={[cs]:si,[si]:cs,[Vn]:Vn},u=new rs({defines:{VSM_SAMPLES:8},uniforms:{shadow_pass:{value:null},resolution:{value:new Ht},radius:{value:4}},vertexShader:dA,fragmentShader:fA}),f=u.clone();f.defines.HORIZONTAL_PASS=1;let m=new Ve;m.setAttribute("position",new Je(new Float32Array([-1,-1,.5,3,-1,.5,-1,3,.5]),3));let y=new He(m,u),p=this;this.enabled=!1,this.autoUpdate=!0,this.needsUpdate=!1,this.type=fl;let g=this.type;this.render=function(w,_,S){if(p.enabled===!1||p.autoUpdate===!1&&p.needsUpdate===!1||w.length===0)return;this.type===h0&&(Yt("WebGLShadowMap: PCFSoftShadowMap has been removed. Using PCFShadowMap instead."),this.type=fl);let I=i.getRenderTarget(),P=i.getActiveCubeFace(),R=i.getActiveMipmapLevel(),U=i.state;U.setBlending(kr),U.buffers.depth.getReversed()===!0?U.buffers.color.setClear(0,0,0,0):U.buffers.color.setClear(1,1,1,1),U.buffers.depth.setTest(!0),U.setScissorTest(!1);let k=g!==this.type;k&&_.traverse(function(D){D.material&&(Array.isArray(D.material)?D.material.forEach(G=>G.needsUpdate=!0):D.material.needsUpdate=!0)});for(let D=0,G=w.length;D<G;D++){let O=w[D],V=O.shadow;if(V===void 0){Yt("WebGLShadowMap:",O,"has no shadow.");continue}if(V.autoUpdate===!1&&V.needsUpdate===!1)continue;s.copy(V.mapSize);let it=V.getFrameExtents();s.multiply(it),r.copy(V.mapSize),(s.x>h||s.y>h)&&(s.x>h&&(r.x=Math.floor(h/it.x),s.x=r.x*it.x,V.mapSize.x=r.x),s.y>h&&(r.y=Math.floor(h/it.y),s.y=r.y*it.y,V.mapSize.y=r.y));let Y=i.state.buffers.depth.getReversed();if(V.camera._reversedDepth=Y,V.map===null||k===!0){if(V.map!==null&&(V.map.depthTexture!==null&&(V.map.depthTexture.dispose(),V.map.depthTexture=null),V.map.dispose()),this.type===ea){if(O.isPointLight){Yt("WebGLShadowMap: VSM shadow maps are not supported for PointLights. Use PCF or BasicShadowMap instead.");continue}V.map=new Si(s.x,s.y,{format:ar,type:$i,minFilter:fn,magFilter:fn,generateMipmaps:!1}),V.map.texture.name=O.name+".shadowMap",V.map.depthTexture=new Ns(s.x,s.y,Ni),V.map.depthTexture.name=O.name+".shadowMapDepth",V.map.depthTexture.format=Rs,V.map.depthTexture.compareFunction=null,V.map.depthTexture.minFilter=On,V.map.depthTexture.magFilter=On}else O.isPointLight?(V.map=new Tl(s.x),V.map.depthTexture=new Ka(s.x,Yi)):(V.map=new Si(s.x,s.y),V.map.depthTexture=new Ns(s.x,s.y,Yi)),V.map.depthTexture.name=O.name+".shadowMap",V.map.depthTexture.format=Rs,this.type===fl?(V.map.depthTexture.compareFunction=Y?Nf:Lf,V.map.depthTexture.minFilter=fn,V.map.depthTexture.magFilter=fn):(V.map.depthTexture.compareFunction=null,V.map.depthTexture.minFilter=On,V.map.depthTexture.magFilter=On);V.camera.updateProjectionMatrix()}V.map.isWebGLCubeRenderTarget!==!0&&(V.map.width!==s.x||V.map.height!==s.y)&&V.map.setSize(s.x,s.y);let j=V.map.isWebGLCubeRenderTarget?6:V.getViewportCount();O.isPointLight!==!0&&V.updateMatrices(O,S);let tt=(V.camera.layers.mask&4294967294)!==0?V.camera.layers:S.layers;for(let ht=0;ht<j;ht++){let st=V.getCamera(ht);if(O.isPointLight){let q=V.camera,rt=V.matrix,nt=O.distance||q.far;nt!==q.far&&(q.far=nt,q.updateProjectionMatrix()),Ml.setFromMatrixPosition(O.matrixWorld),q.position.copy(Ml),jf.copy(q.position),jf.add(pA[ht]),q.up.copy(mA[ht]),q.lookAt(jf),q.updateMatrixWorld(),rt.makeTranslation(-Ml.x,-Ml.y,-Ml.z),v_.multiplyMatrices(q.projectionMatrix,q.matrixWorldInverse),V._frustum.setFromProjectionMatrix(v_,q.coordinateSystem,q.reversedDepth)}if(V.map.isWebGLCubeRenderTarget)i.setRenderTarget(V.map,ht),i.clear();else{ht===0&&(i.setRenderTarget(V.map),i.clear());let q=V.getViewport(ht);o.set(r.x*q.x,r.y*q.y,r.x*q.z,r.y*q.w),U.viewport(o)}n=V.getFrustum(ht),v(_,S,st,O,tt,this.type)}V.isPointLightShadow!==!0&&this.type===ea&&x(V,S),V.needsUpdate=!1}g=this.type,p.needsUpdate=!1,i.setRenderTarget(I,P,R)};function x(w,_){let S=t.update(y);u.defines.VSM_SAMPLES!==w.blurSamples&&(u.defines.VSM_SAMPLES=w.blurSamples,f.defines.VSM_SAMPLES=w.blurSamples,u.needsUpdate=!0,f.needsUpdate=!0),w.mapPass===null?w.mapPass=new Si(s.x,s.y,{format:ar,type:$i}):(w.mapPass.width!==w.map.width||w.mapPass.height!==w.map.height)&&w.mapPass.setSize(w.map.width,w.map.height),u.uniforms.shadow_pass.value=w.map.depthTexture,u.uniforms.resolution.value.set(w.map.width,w.map.height),u.uniforms.radius.value=w.radius,i.setRenderTarget(w.mapPass),i.clear(),i.renderBufferDirect(_,null,S,u,y,null),f.uniforms.shadow_pass.value=w.mapPass.texture,f.uniforms.resolution.value.set(w.map.width,w.map.height),f.uniforms.radius.value=w.radius,i.setRenderTarget(w.map),i.clear(),i.renderBufferDirect(_,null,S,f,y,null)}function M(w,_,S,I){let P=null,R=S.isPointLight===!0?w.customDistanceMaterial:w.customDepthMaterial;if(R!==void 0)P=R;else if(P=S.isPointLight===!0?l:a,i.localClippingEnabled&&_.clipShadows===!0&&Array.isArray(_.clippingPlanes)&&_.clippingPlanes.length!==0||_.displacementMap&&_.displacementScale!==0||_.alphaMap&&_.alphaTest>0||_.map&&_.alphaTest>0||_.alphaToCoverage===!0){let U=P.uuid,k=_.uuid,D=c[U];D===void 0&&(D={},c[U]=D);let G=D[k];G===void 0&&(G=P.clone(),D[k]=G,_.addEventListener("dispose",A)),P=G}if(P.visible=_.visible,P.wireframe=_.wireframe,I===ea?P.side=_.shadowSide!==null?_.shadowSide:_.side:P.side=_.shadowSide!==null?_.shadowSide:d[_.side],P.alphaMap=_.alphaMap,P.alphaTest=_.alphaToCoverage===!0?.5:_.alphaTest,P.map=_.map,P.clipShadows=_.clipShadows,P.clippingPlanes=_.clippingPlanes,P.clipIntersection=_.clipIntersection,P.displacementMap=_.displacementMap,P.displacementScale=_.displacementScale,P.displacementBias=_.displacementBias,P.wireframeLinewidth=_.wireframeLinewidth,P.linewidth=_.linewidth,S.isPointLight===!0&&P.isMeshDistanceMaterial===!0){let U=i.properties.get(P);U.light=S}return P}function v(w,_,S,I,P,R){if(w.visible===!1)return;if(w.layers.test(P)&&(w.isMesh||w.isLine||w.isPoints)&&(w.castShadow||w.receiveShadow&&R===ea)&&(!w.frustumCulled||w.intersectsFrustum(n))){w.modelViewMatrix.multiplyMatrices(S.matrixWorldInverse,w.matrixWorld);let D=t.update(w),G=w.material;if(Array.isArray(G)){let O=D.groups;for(let V=0,it=O.length;V<it;V++){let Y=O[V],j=G[Y.materialIndex];if(j&&j.visible){let tt=M(w,j,I,R);w.onBeforeShadow(i,w,_,S,D,tt,Y),i.renderBufferDirect(S,null,D,tt,w,Y),w.onAfterShadow(i,w,_,S,D,tt,Y)}}}else if(G.visible){let O=M(w,G,I,R);w.onBeforeShadow(i,w,_,S,D,O,null),i.renderBufferDirect(S,null,D,O,w,null),w.onAfterShadow(i,w,_,S,D,O,null)}}let k=w.children;for(let D=0,G=k.length;D<G;D++)v(k[D],_,S,I,P,R)}function A(w){w.target.removeEventListener("dispose",A);for(let S in c){let I=c[S],P=w.target.uuid;P in I&&(I[P].dispose(),delete I[P])}}}function _A(i,t){function e(){let B=!1,ut=new Ne,at=null,Tt=new Ne(0,0,0,0);return{setMask:function(yt){at!==yt&&!B&&(i.colorMask(yt,yt,yt,yt),at=yt)},setLocked:function(yt){B=yt},setClear:function(yt,Mt,Wt,te,pt){pt===!0&&(yt*=te,Mt*=te,Wt*=te),ut.set(yt,Mt,Wt,te),Tt.equals(ut)===!1&&(i.clearColor(yt,Mt,Wt,te),Tt.copy(ut))},reset:function(){B=!1,at=null,Tt.set(-1,0,0,0)}}}function n(){let B=!1,ut=!1,at=null,Tt=null,yt=null;return{setReversed:function(Mt){if(ut!==Mt){let Wt=t.get("EXT_clip_control");Mt?Wt.clipControlEXT(Wt.LOWER_LEFT_EXT,Wt.ZERO_TO_ONE_EXT):Wt.clipControlEXT(Wt.LOWER_LEFT_EXT,Wt.NEGATIVE_ONE_TO_ONE_EXT),ut=Mt;let te=yt;yt=null,this.setClear(te)}},getReversed:function(){return ut},setTest:function(Mt){Mt?gt(i.DEPTH_TEST):Ut(i.DEPTH_TEST)},setMask:function(Mt){at!==Mt&&!B&&(i.depthMask(Mt),at=Mt)},setFunc:function(Mt){if(ut&&(Mt=X0[Mt]),Tt!==Mt){switch(Mt){case Wc:i.depthFunc(i.NEVER);break;case Xc:i.depthFunc(i.ALWAYS);break;case qc:i.depthFunc(i.LESS);break;case Fo:i.depthFunc(i.LEQUAL);break;case Yc:i.depthFunc(i.EQUAL);break;case $c:i.depthFunc(i.GEQUAL);break;case Zc:i.depthFunc(i.GREATER);break;case Jc:i.depthFunc(i.NOTEQUAL);break;default:i.depthFunc(i.LEQUAL)}Tt=Mt}},setLocked:function(Mt){B=Mt},setClear:function(Mt){yt!==Mt&&(yt=Mt,ut&&(Mt=1-Mt),i.clearDepth(Mt))},reset:function(){B=!1,at=null,Tt=null,yt=null,ut=!1}}}function s(){let B=!1,ut=null,at=null,Tt=null,yt=null,Mt=null,Wt=null,te=null,pt=null;return{setTest:function(Bt){B||(Bt?gt(i.STENCIL_TEST):Ut(i.STENCIL_TEST))},setMask:function(Bt){ut!==Bt&&!B&&(i.stencilMask(Bt),ut=Bt)},setFunc:function(Bt,ee,Ct){(at!==Bt||Tt!==ee||yt!==Ct)&&(i.stencilFunc(Bt,ee,Ct),at=Bt,Tt=ee,yt=Ct)},setOp:function(Bt,ee,Ct){(Mt!==Bt||Wt!==ee||te!==Ct)&&(i.stencilOp(Bt,ee,Ct),Mt=Bt,Wt=ee,te=Ct)},setLocked:function(Bt){B=Bt},setClear:function(Bt){pt!==Bt&&(i.clearStencil(Bt),pt=Bt)},reset:function(){B=!1,ut=null,at=null,Tt=null,yt=null,Mt=null,Wt=null,te=null,pt=null}}}let r=new e,o=new n,a=new s,l={},c=new WeakMap,h={},d={},u={},f=new WeakMap,m=[],y=null,p=!1,g=null,x=null,M=null,v=null,A=null,w=null,_=null,S=new qt(0,0,0),I=0,P=!1,R=null,U=null,k=null,D=null,G=null,O=i.getParameter(i.MAX_COMBINED_TEXTURE_IMAGE_UNITS),V=!1,it=0,Y=i.getParameter(i.VERSION);Y.indexOf("WebGL")!==-1?(it=parseFloat(/^WebGL (\d)/.exec(Y)[1]),V=it>=1):Y.indexOf("OpenGL ES")!==-1&&(it=parseFloat(/^OpenGL ES (\d)/.exec(Y)[1]),V=it>=2);let j=null,tt={},ht=i.getParameter(i.SCISSOR_BOX),st=i.getParameter(i.VIEWPORT),q=new Ne().fromArray(ht),rt=new Ne().fromArray(st);function nt(B,ut,at,Tt){let yt=new Uint8Array(4),Mt=i.createTexture();i.bindTexture(B,Mt),i.texParameteri(B,i.TEXTURE_MIN_FILTER,i.NEAREST),i.texParameteri(B,i.TEXTURE_MAG_FILTER,i.NEAREST);for(let Wt=0;Wt<at;Wt++)B===i.TEXTURE_3D||B===i.TEXTURE_2D_ARRAY?i.texImage3D(ut,0,i.RGBA,1,1,Tt,0,i.RGBA,i.UNSIGNED_BYTE,yt):i.texImage2D(ut+Wt,0,i.RGBA,1,1,0,i.RGBA,i.UNSIGNED_BYTE,yt);return Mt}let lt={};lt[i.TEXTURE_2D]=nt(i.TEXTURE_2D,i.TEXTURE_2D,1),lt[i.TEXTURE_CUBE_MAP]=nt(i.TEXTURE_CUBE_MAP,i.TEXTURE_CUBE_MAP_POSITIVE_X,6),lt[i.TEXTURE_2D_ARRAY]=nt(i.TEXTURE_2D_ARRAY,i.TEXTURE_2D_ARRAY,1,1),lt[i.TEXTURE_3D]=nt(i.TEXTURE_3D,i.TEXTURE_3D,1,1),r.setClear(0,0,0,1),o.setClear(1),a.setClear(0),gt(i.DEPTH_TEST),o.setFunc(Fo),pn(!1),De(uf),gt(i.CULL_FACE),je(kr);function gt(B){h[B]!==!0&&(i.enable(B),h[B]=!0)}function Ut(B){h[B]!==!1&&(i.disable(B),h[B]=!1)}function Jt(B,ut){return u[B]!==ut?(i.bindFramebuffer(B,ut),u[B]=ut,B===i.DRAW_FRAMEBUFFER&&(u[i.FRAMEBUFFER]=ut),B===i.FRAMEBUFFER&&(u[i.DRAW_FRAMEBUFFER]=ut),!0):!1}function kt(B,ut){let at=m,Tt=!1;if(B){at=f.get(ut),at===void 0&&(at=[],f.set(ut,at));let yt=B.textures;if(at.length!==yt.length||at[0]!==i.COLOR_ATTACHMENT0){for(let Mt=0,Wt=yt.length;Mt<Wt;Mt++)at[Mt]=i.COLOR_ATTACHMENT0+Mt;at.length=yt.length,Tt=!0}}else at[0]!==i.BACK&&(at[0]=i.BACK,Tt=!0);Tt&&i.drawBuffers(at)}function de(B){return y!==B?(i.useProgram(B),y=B,!0):!1}let ce={[Br]:i.FUNC_ADD,[d0]:i.FUNC_SUBTRACT,[f0]:i.FUNC_REVERSE_SUBTRACT};ce[p0]=i.MIN,ce[m0]=i.MAX;let se={[g0]:i.ZERO,[_0]:i.ONE,[x0]:i.SRC_COLOR,[mf]:i.SRC_ALPHA,[w0]:i.SRC_ALPHA_SATURATE,[S0]:i.DST_COLOR,[v0]:i.DST_ALPHA,[y0]:i.ONE_MINUS_SRC_COLOR,[gf]:i.ONE_MINUS_SRC_ALPHA,[M0]:i.ONE_MINUS_DST_COLOR,[b0]:i.ONE_MINUS_DST_ALPHA,[T0]:i.CONSTANT_COLOR,[A0]:i.ONE_MINUS_CONSTANT_COLOR,[E0]:i.CONSTANT_ALPHA,[C0]:i.ONE_MINUS_CONSTANT_ALPHA};function je(B,ut,at,Tt,yt,Mt,Wt,te,pt,Bt){if(B===kr){p===!0&&(Ut(i.BLEND),p=!1);return}if(p===!1&&(gt(i.BLEND),p=!0),B!==u0){if(B!==g||Bt!==P){if((x!==Br||A!==Br)&&(i.blendEquation(i.FUNC_ADD),x=Br,A=Br),Bt)switch(B){case na:i.blendFuncSeparate(i.ONE,i.ONE_MINUS_SRC_ALPHA,i.ONE,i.ONE_MINUS_SRC_ALPHA);break;case df:i.blendFunc(i.ONE,i.ONE);break;case ff:i.blendFuncSeparate(i.ZERO,i.ONE_MINUS_SRC_COLOR,i.ZERO,i.ONE);break;case pf:i.blendFuncSeparate(i.DST_COLOR,i.ONE_MINUS_SRC_ALPHA,i.ZERO,i.ONE);break;default:Qt("WebGLState: Invalid blending: ",B);break}else switch(B){case na:i.blendFuncSeparate(i.SRC_ALPHA,i.ONE_MINUS_SRC_ALPHA,i.ONE,i.ONE_MINUS_SRC_ALPHA);break;case df:i.blendFuncSeparate(i.SRC_ALPHA,i.ONE,i.ONE,i.ONE);break;case ff:Qt("WebGLState: SubtractiveBlending requires material.premultipliedAlpha = true");break;case pf:Qt("WebGLState: MultiplyBlending requires material.premultipliedAlpha = true");break;default:Qt("WebGLState: Invalid blending: ",B);break}M=null,v=null,w=null,_=null,S.set(0,0,0),I=0,g=B,P=Bt}return}yt=yt||ut,Mt=Mt||at,Wt=Wt||Tt,(ut!==x||yt!==A)&&(i.blendEquationSeparate(ce[ut],ce[yt]),x=ut,A=yt),(at!==M||Tt!==v||Mt!==w||Wt!==_)&&(i.blendFuncSeparate(se[at],se[Tt],se[Mt],se[Wt]),M=at,v=Tt,w=Mt,_=Wt),(te.equals(S)===!1||pt!==I)&&(i.blendColor(te.r,te.g,te.b,pt),S.copy(te),I=pt),g=B,P=!1}function Ge(B,ut){B.side===Vn?Ut(i.CULL_FACE):gt(i.CULL_FACE);let at=B.side===si;ut&&(at=!at),pn(at),B.blending===na&&B.transparent===!1?je(kr):je(B.blending,B.blendEquation,B.blendSrc,B.blendDst,B.blendEquationAlpha,B.blendSrcAlpha,B.blendDstAlpha,B.blendColor,B.blendAlpha,B.premultipliedAlpha),o.setFunc(B.depthFunc),o.setTest(B.depthTest),o.setMask(B.depthWrite),r.setMask(B.colorWrite);let Tt=B.stencilWrite;a.setTest(Tt),Tt&&(a.setMask(B.stencilWriteMask),a.setFunc(B.stencilFunc,B.stencilRef,B.stencilFuncMask),a.setOp(B.stencilFail,B.stencilZFail,B.stencilZPass)),be(B.polygonOffset,B.polygonOffsetFactor,B.polygonOffsetUnits),B.alphaToCoverage===!0?gt(i.SAMPLE_ALPHA_TO_COVERAGE):Ut(i.SAMPLE_ALPHA_TO_COVERAGE)}function pn(B){R!==B&&(B?i.frontFace(i.CW):i.frontFace(i.CCW),R=B)}function De(B){B!==l0?(gt(i.CULL_FACE),B!==U&&(B===uf?i.cullFace(i.BACK):B===c0?i.cullFace(i.FRONT):i.cullFace(i.FRONT_AND_BACK))):Ut(i.CULL_FACE),U=B}function Pn(B){B!==k&&(V&&i.lineWidth(B),k=B)}function be(B,ut,at){B?(gt(i.POLYGON_OFFSET_FILL),(D!==ut||G!==at)&&(D=ut,G=at,o.getReversed()&&(ut=-ut,at=-at),i.polygonOffset(ut,at))):Ut(i.POLYGON_OFFSET_FILL)}function Mn(B){B?gt(i.SCISSOR_TEST):Ut(i.SCISSOR_TEST)}function sn(B){B===void 0&&(B=i.TEXTURE0+O-1),j!==B&&(i.activeTexture(B),j=B)}function mn(B,ut,at){at===void 0&&(j===null?at=i.TEXTURE0+O-1:at=j);let Tt=tt[at];Tt===void 0&&(Tt={type:void 0,texture:void 0},tt[at]=Tt),(Tt.type!==B||Tt.texture!==ut)&&(j!==at&&(i.activeTexture(at),j=at),i.bindTexture(B,ut||lt[B]),Tt.type=B,Tt.texture=ut)}function z(){let B=tt[j];B!==void 0&&B.type!==void 0&&(i.bindTexture(B.type,null),B.type=void 0,B.texture=void 0)}function Rt(){try{i.compressedTexImage2D(...arguments)}catch(B){Qt("WebGLState:",B)}}function jt(){try{i.compressedTexImage3D(...arguments)}catch(B){Qt("WebGLState:",B)}}function oe(){try{i.texSubImage2D(...arguments)}catch(B){Qt("WebGLState:",B)}}function wt(){try{i.texSubImage3D(...arguments)}catch(B){Qt("WebGLState:",B)}}function Oe(){try{i.compressedTexSubImage2D(...arguments)}catch(B){Qt("WebGLState:",B)}}function Gt(){try{i.compressedTexSubImage3D(...arguments)}catch(B){Qt("WebGLState:",B)}}function Zt(){try{i.texStorage2D(...arguments)}catch(B){Qt("WebGLState:",B)}}function L(){try{i.texStorage3D(...arguments)}catch(B){Qt("WebGLState:",B)}}function T(){try{i.texImage2D(...arguments)}catch(B){Qt("WebGLState:",B)}}function $(){try{i.texImage3D(...arguments)}catch(B){Qt("WebGLState:",B)}}function mt(B){return d[B]!==void 0?d[B]:i.getParameter(B)}function dt(B,ut){d[B]!==ut&&(i.pixelStorei(B,ut),d[B]=ut)}function vt(B){q.equals(B)===!1&&(i.scissor(B.x,B.y,B.z,B.w),q.copy(B))}function bt(B){rt.equals(B)===!1&&(i.viewport(B.x,B.y,B.z,B.w),rt.copy(B))}function ot(B,ut){let at=c.get(ut);at===void 0&&(at=new WeakMap,c.set(ut,at));let Tt=at.get(B);Tt===void 0&&(Tt=i.getUniformBlockIndex(ut,B.name),i.uniformBlockBinding(ut,Tt,Tt),at.set(B,Tt))}function ct(B,ut,at){let yt=c.get(ut).get(B);l[yt]!==at&&(i.bindBufferBase(i.UNIFORM_BUFFER,yt,at),l[yt]=at)}function xt(){i.disable(i.BLEND),i.disable(i.CULL_FACE),i.disable(i.DEPTH_TEST),i.disable(i.POLYGON_OFFSET_FILL),i.disable(i.SCISSOR_TEST),i.disable(i.STENCIL_TEST),i.disable(i.SAMPLE_ALPHA_TO_COVERAGE),i.blendEquation(i.FUNC_ADD),i.blendFunc(i.ONE,i.ZERO),i.blendFuncSeparate(i.ONE,i.ZERO,i.ONE,i.ZERO),i.blendColor(0,0,0,0),i.colorMask(!0,!0,!0,!0),i.clearColor(0,0,0,0),i.depthMask(!0),i.depthFunc(i.LESS),o.setReversed(!1),i.clearDepth(1),i.stencilMask(4294967295),i.stencilFunc(i.ALWAYS,0,4294967295),i.stencilOp(i.KEEP,i.KEEP,i.KEEP),i.clearStencil(0),i.cullFace(i.BACK),i.frontFace(i.CCW),i.polygonOffset(0,0),i.activeTexture(i.TEXTURE0),i.bindFramebuffer(i.FRAMEBUFFER,null),i.bindFramebuffer(i.DRAW_FRAMEBUFFER,null),i.bindFramebuffer(i.READ_FRAMEBUFFER,null),i.useProgram(null),i.lineWidth(1),i.scissor(0,0,i.canvas.width,i.canvas.height),i.viewport(0,0,i.canvas.width,i.canvas.height),i.pixelStorei(i.PACK_ALIGNMENT,4),i.pixelStorei(i.UNPACK_ALIGNMENT,4),i.pixelStorei(i.UNPACK_FLIP_Y_WEBGL,!1),i.pixelStorei(i.UNPACK_PREMULTIPLY_ALPHA_WEBGL,!1),i.pixelStorei(i.UNPACK_COLORSPACE_CONVERSION_WEBGL,i.BROWSER_DEFAULT_WEBGL),i.pixelStorei(i.PACK_ROW_LENGTH,0),i.pixelStorei(i.PACK_SKIP_PIXELS,0),i.pixelStorei(i.PACK_SKIP_ROWS,0),i.pixelStorei(i.UNPACK_ROW_LENGTH,0),i.pixelStorei(i.UNPACK_IMAGE_HEIGHT,0),i.pixelStorei(i.UNPACK_SKIP_PIXELS,0),i.pixelStorei(i.UNPACK_SKIP_ROWS,0),i.pixelStorei(i.UNPACK_SKIP_IMAGES,0),h={},d={},j=null,tt={},u={},l={},f=new WeakMap,m=[],y=null,p=!1,g=null,x=null,M=null,v=null,A=null,w=null,_=null,S=new qt(0,0,0),I=0,P=!1,R=null,U=null,k=null,D=null,G=null,q.set(0,0,i.canvas.width,i.canvas.height),rt.set(0,0,i.canvas.width,i.canvas.height),r.reset(),o.reset(),a.reset()}return{buffers:{color:r,depth:o,stencil:a},enable:gt,disable:Ut,bindFramebuffer:Jt,drawBuffers:kt,useProgram:de,setBlending:je,setMaterial:Ge,setFlipSided:pn,setCullFace:De,setLineWidth:Pn,setPolygonOffset:be,setScissorTest:Mn,activeTexture:sn,bindTexture:mn,unbindTexture:z,compressedTexImage2D:Rt,compressedTexImage3D:jt,texImage2D:T,texImage3D:$,pixelStorei:dt,getParameter:mt,updateUBOMapping:ot,uniformBlockBinding:ct,texStorage2D:Zt,texStorage3D:L,texSubImage2D:oe,texSubImage3D:wt,compressedTexSubImage2D:Oe,compressedTexSubImage3D:Gt,scissor:vt,viewport:bt,reset:xt}}function xA(i,t,e,n,s,r,o){let a=t.has("WEBGL_multisampled_render_to_texture")?t.get("WEBGL_multisampled_render_to_texture"):null,l=typeof navigator>"u"?!1:/OculusBrowser/g.test(navigator.userAgent),c=new Ht,h=new WeakMap,d=new Set,u,f=new WeakMap,m=new Set,y=new FinalizationRegistry(L=>m.delete(L)),p=!1;try{p=typeof OffscreenCanvas<"u"&&new OffscreenCanvas(1,1).getContext("2d")!==null}catch{}function g(L,T){return p?new OffscreenCanvas(L,T):ko("canvas")}function x(L,T,$){let mt=1,dt=Zt(L);if((dt.width>$||dt.height>$)&&(mt=$/Math.max(dt.width,dt.height)),mt<1)if(typeof HTMLImageElement<"u"&&L instanceof HTMLImageElement||typeof HTMLCanvasElement<"u"&&L instanceof HTMLCanvasElement||typeof ImageBitmap<"u"&&L instanceof ImageBitmap||typeof VideoFrame<"u"&&L instanceof VideoFrame){let vt=Math.floor(mt*dt.width),bt=Math.floor(mt*dt.height);u===void 0&&(u=g(vt,bt));let ot=T?g(vt,bt):u;return ot.width=vt,ot.height=bt,ot.getContext("2d").drawImage(L,0,0,vt,bt),Yt("WebGLRenderer: Texture has been resized from ("+dt.width+"x"+dt.height+") to ("+vt+"x"+bt+")."),ot}else return"data"in L&&Yt("WebGLRenderer: Image in DataTexture is too big ("+dt.width+"x"+dt.height+")."),L;return L}function M(L){return L.generateMipmaps}function v(L){i.generateMipmap(L)}function A(L){return L.isWebGLCubeRenderTarget?i.TEXTURE_CUBE_MAP:L.isWebGL3DRenderTarget?i.TEXTURE_3D:L.isWebGLArrayRenderTarget||L.isCompressedArrayTexture?i.TEXTURE_2D_ARRAY:i.TEXTURE_2D}function w(L,T,$,mt,dt,vt=!1){if(L!==null){if(i[L]!==void 0)return i[L];Yt("WebGLRenderer: Attempt to use non-existing WebGL internal format '"+L+"'")}let bt;mt&&(bt=t.get("EXT_texture_norm16"),bt||Yt("WebGLRenderer: Unable to use normalized textures without EXT_texture_norm16 extension"));let ot=T;if(T===i.RED&&($===i.FLOAT&&(ot=i.R32F),$===i.HALF_FLOAT&&(ot=i.R16F),$===i.UNSIGNED_BYTE&&(ot=i.R8),$===i.UNSIGNED_SHORT&&bt&&(ot=bt.R16_EXT),$===i.SHORT&&bt&&(ot=bt.R16_SNORM_EXT)),T===i.RED_INTEGER&&($===i.UNSIGNED_BYTE&&(ot=i.R8UI),$===i.UNSIGNED_SHORT&&(ot=i.R16UI),$===i.UNSIGNED_INT&&(ot=i.R32UI),$===i.BYTE&&(ot=i.R8I),$===i.SHORT&&(ot=i.R16I),$===i.INT&&(ot=i.R32I)),T===i.RG&&($===i.FLOAT&&(ot=i.RG32F),$===i.HALF_FLOAT&&(ot=i.RG16F),$===i.UNSIGNED_BYTE&&(ot=i.RG8),$===i.UNSIGNED_SHORT&&bt&&(ot=bt.RG16_EXT),$===i.SHORT&&bt&&(ot=bt.RG16_SNORM_EXT)),T===i.RG_INTEGER&&($===i.UNSIGNED_BYTE&&(ot=i.RG8UI),$===i.UNSIGNED_SHORT&&(ot=i.RG16UI),$===i.UNSIGNED_INT&&(ot=i.RG32UI),$===i.BYTE&&(ot=i.RG8I),$===i.SHORT&&(ot=i.RG16I),$===i.INT&&(ot=i.RG32I)),T===i.RGB_INTEGER&&($===i.UNSIGNED_BYTE&&(ot=i.RGB8UI),$===i.UNSIGNED_SHORT&&(ot=i.RGB16UI),$===i.UNSIGNED_INT&&(ot=i.RGB32UI),$===i.BYTE&&(ot=i.RGB8I),$===i.SHORT&&(ot=i.RGB16I),$===i.INT&&(ot=i.RGB32I)),T===i.RGBA_INTEGER&&($===i.UNSIGNED_BYTE&&(ot=i.RGBA8UI),$===i.UNSIGNED_SHORT&&(ot=i.RGBA16UI),$===i.UNSIGNED_INT&&(ot=i.RGBA32UI),$===i.BYTE&&(ot=i.RGBA8I),$===i.SHORT&&(ot=i.RGBA16I),$===i.INT&&(ot=i.RGBA32I)),T===i.RGB&&($===i.UNSIGNED_SHORT&&bt&&(ot=bt.RGB16_EXT),$===i.SHORT&&bt&&(ot=bt.RGB16_SNORM_EXT),$===i.UNSIGNED_INT_5_9_9_9_REV&&(ot=i.RGB9_E5),$===i.UNSIGNED_INT_10F_11F_11F_REV&&(ot=i.R11F_G11F_B10F)),T===i.RGBA){let ct=vt?Va:le.getTransfer(dt);$===i.FLOAT&&(ot=i.RGBA32F),$===i.HALF_FLOAT&&(ot=i.RGBA16F),$===i.UNSIGNED_BYTE&&(ot=ct===Re?i.SRGB8_ALPHA8:i.RGBA8),$===i.UNSIGNED_SHORT&&bt&&(ot=bt.RGBA16_EXT),$===i.SHORT&&bt&&(ot=bt.RGBA16_SNORM_EXT),$===i.UNSIGNED_SHORT_4_4_4_4&&(ot=i.RGBA4),$===i.UNSIGNED_SHORT_5_5_5_1&&(ot=i.RGB5_A1)}return(ot===i.R16F||ot===i.R32F||ot===i.RG16F||ot===i.RG32F||ot===i.RGBA16F||ot===i.RGBA32F)&&t.get("EXT_color_buffer_float"),ot}function _(L,T){let $;return L?T===null||T===Yi||T===Vr?$=i.DEPTH24_STENCIL8:T===Ni?$=i.DEPTH32F_STENCIL8:T===sa&&($=i.DEPTH24_STENCIL8,Yt("DepthTexture: 16 bit depth attachment is not supported with stencil. Using 24-bit attachment.")):T===null||T===Yi||T===Vr?$=i.DEPTH_COMPONENT24:T===Ni?$=i.DEPTH_COMPONENT32F:T===sa&&($=i.DEPTH_COMPONENT16),$}function S(L,T){return M(L)===!0||L.isFramebufferTexture&&L.minFilter!==On&&L.minFilter!==fn?Math.log2(Math.max(T.width,T.height))+1:L.mipmaps.length>0?L.mipmaps.length:L.isCompressedTexture&&Array.isArray(L.image)?T.mipmaps.length:1}function I(L){let T=new WeakRef(L);n.get(L).__ref=T,m.add(T),y.register(L,T,T)}function P(L){let T=n.get(L).__ref;T!==void 0&&(m.delete(T),y.unregister(T))}function R(L){k(L.target)}function U(L){D(L.target)}function k(L){L.removeEventListener("dispose",R),P(L),O(L),L.isVideoTexture&&h.delete(L),L.isHTMLTexture&&d.delete(L)}function D(L){L.removeEventListener("dispose",U),P(L),it(L)}function G(){for(let L of m){let T=L.deref();T!==void 0&&(T.isRenderTarget===!0?D(T):k(T))}m.clear(),d.clear()}function O(L){let T=n.get(L);if(T.__webglInit===void 0)return;let $=L.source,mt=f.get($);if(mt){let dt=mt[T.__cacheKey];dt.usedTimes--,dt.usedTimes===0&&V(L),Object.keys(mt).length===0&&f.delete($)}n.remove(L)}function V(L){let T=n.get(L);i.deleteTexture(T.__webglTexture);let $=L.source,mt=f.get($);delete mt[T.__cacheKey],o.memory.textures--}function it(L){let T=n.get(L);T.__depthDisposeCallback&&T.__depthDisposeCallback();let $=L.depthTexture;if($&&$.renderTarget===L&&k($),L.isWebGLCubeRenderTarget)for(let dt=0;dt<6;dt++){if(Array.isArray(T.__webglFramebuffer[dt]))for(let vt=0;vt<T.__webglFramebuffer[dt].length;vt++)i.deleteFramebuffer(T.__webglFramebuffer[dt][vt]);else i.deleteFramebuffer(T.__webglFramebuffer[dt]);T.__webglDepthbuffer&&i.deleteRenderbuffer(T.__webglDepthbuffer[dt])}else{if(Array.isArray(T.__webglFramebuffer))for(let dt=0;dt<T.__webglFramebuffer.length;dt++)i.deleteFramebuffer(T.__webglFramebuffer[dt]);else i.deleteFramebuffer(T.__webglFramebuffer);if(T.__webglDepthbuffer&&i.deleteRenderbuffer(T.__webglDepthbuffer),T.__webglMultisampledFramebuffer&&i.deleteFramebuffer(T.__webglMultisampledFramebuffer),T.__webglColorRenderbuffer)for(let dt=0;dt<T.__webglColorRenderbuffer.length;dt++)T.__webglColorRenderbuffer[dt]&&i.deleteRenderbuffer(T.__webglColorRenderbuffer[dt]);T.__webglDepthRenderbuffer&&i.deleteRenderbuffer(T.__webglDepthRenderbuffer)}let mt=L.textures;for(let dt=0,vt=mt.length;dt<vt;dt++){let bt=n.get(mt[dt]);bt.__webglTexture&&(i.deleteTexture(bt.__webglTexture),o.memory.textures--),n.remove(mt[dt])}n.remove(L)}let Y=0;function j(){Y=0}function tt(){return Y}function ht(L){Y=L}function st(){let L=Y;return L>=s.maxTextures&&Yt("WebGLTextures: Trying to use "+(L+1)+" texture units while this GPU supports only "+s.maxTextures),Y+=1,L}function q(L){let T=[];return T.push(L.wrapS),T.push(L.wrapT),T.push(L.wrapR||0),T.push(L.magFilter),T.push(L.minFilter),T.push(L.anisotropy),T.push(L.internalFormat),T.push(L.format),T.push(L.type),T.push(L.generateMipmaps),T.push(L.mipmapsAutoUpdate),T.push(L.premultiplyAlpha),T.push(L.flipY),T.push(L.unpackAlignment),T.push(L.colorSpace),T.join()}function rt(L,T){let $=n.get(L);if(L.isVideoTexture&&Oe(L),L.isRenderTargetTexture===!1&&L.isExternalTexture!==!0&&L.version>0&&$.__version!==L.version){let mt=L.image;if(mt===null)Yt("WebGLRenderer: Texture marked for update but no image data found.");else if(mt.complete===!1)Yt("WebGLRenderer: Texture marked for update but image is incomplete");else{Ge($,L,T);return}}else L.isExternalTexture&&($.__webglTexture=L.sourceTexture?L.sourceTexture:null);e.bindTexture(i.TEXTURE_2D,$.__webglTexture,i.TEXTURE0+T)}function nt(L,T){let $=n.get(L);if(L.isRenderTargetTexture===!1&&L.version>0&&$.__version!==L.version){Ge($,L,T);return}else L.isExternalTexture&&($.__webglTexture=L.sourceTexture?L.sourceTexture:null);e.bindTexture(i.TEXTURE_2D_ARRAY,$.__webglTexture,i.TEXTURE0+T)}function lt(L,T){let $=n.get(L);if(L.isRenderTargetTexture===!1&&L.version>0&&$.__version!==L.version){Ge($,L,T);return}e.bindTexture(i.TEXTURE_3D,$.__webglTexture,i.TEXTURE0+T)}function gt(L,T){let $=n.get(L);if(L.version>0&&$.__version!==L.version){pn($,L,T);return}e.bindTexture(i.TEXTURE_CUBE_MAP,$.__webglTexture,i.TEXTURE0+T)}let Ut={[Cs]:i.REPEAT,[ii]:i.CLAMP_TO_EDGE,[jc]:i.MIRRORED_REPEAT},Jt={[On]:i.NEAREST,[L0]:i.NEAREST_MIPMAP_NEAREST,[ml]:i.NEAREST_MIPMAP_LINEAR,[fn]:i.LINEAR,[vh]:i.LINEAR_MIPMAP_NEAREST,[Li]:i.LINEAR_MIPMAP_LINEAR},kt={[O0]:i.NEVER,[Df]:i.ALWAYS,[k0]:i.LESS,[Lf]:i.LEQUAL,[B0]:i.EQUAL,[Nf]:i.GEQUAL,[z0]:i.GREATER,[V0]:i.NOTEQUAL};function de(L,T){if(T.type===Ni&&t.has("OES_texture_float_linear")===!1&&(T.magFilter===fn||T.magFilter===vh||T.magFilter===ml||T.magFilter===Li||T.minFilter===fn||T.minFilter===vh||T.minFilter===ml||T.minFilter===Li)&&Yt("WebGLRenderer: Unable to use linear filtering with floating point textures. OES_texture_float_linear not supported on this device."),i.texParameteri(L,i.TEXTURE_WRAP_S,Ut[T.wrapS]),i.texParameteri(L,i.TEXTURE_WRAP_T,Ut[T.wrapT]),(L===i.TEXTURE_3D||L===i.TEXTURE_2D_ARRAY)&&i.texParameteri(L,i.TEXTURE_WRAP_R,Ut[T.wrapR]),i.texParameteri(L,i.TEXTURE_MAG_FILTER,Jt[T.magFilter]),i.texParameteri(L,i.TEXTURE_MIN_FILTER,Jt[T.minFilter]),T.compareFunction&&(i.texParameteri(L,i.TEXTURE_COMPARE_MODE,i.COMPARE_REF_TO_TEXTURE),i.texParameteri(L,i.TEXTURE_COMPARE_FUNC,kt[T.compareFunction])),t.has("EXT_texture_filter_anisotropic")===!0){if(T.magFilter===On||T.minFilter!==ml&&T.minFilter!==Li||T.type===Ni&&t.has("OES_texture_float_linear")===!1)return;if(T.anisotropy>1||n.get(T).__currentAnisotropy){let $=t.get("EXT_texture_filter_anisotropic");i.texParameterf(L,$.TEXTURE_MAX_ANISOTROPY_EXT,Math.min(T.anisotropy,s.getMaxAnisotropy())),n.get(T).__currentAnisotropy=T.anisotropy}}}function ce(L,T){let $=!1;L.__webglInit===void 0&&(L.__webglInit=!0,T.addEventListener("dispose",R),I(T));let mt=T.source,dt=f.get(mt);dt===void 0&&(dt={},f.set(mt,dt));let vt=q(T);if(vt!==L.__cacheKey){dt[vt]===void 0&&(dt[vt]={texture:i.createTexture(),usedTimes:0},o.memory.textures++,$=!0),dt[vt].usedTimes++;let bt=dt[L.__cacheKey];bt!==void 0&&(dt[L.__cacheKey].usedTimes--,bt.usedTimes===0&&V(T)),L.__cacheKey=vt,L.__webglTexture=dt[vt].texture}return $}function se(L,T,$){return Math.floor(Math.floor(L/$)/T)}function je(L,T,$,mt){let vt=L.updateRanges;if(vt.length===0)e.texSubImage2D(i.TEXTURE_2D,0,0,0,T.width,T.height,$,mt,T.data);else{vt.sort((B,ut)=>B.start-ut.start);let bt=0;for(let B=1;B<vt.length;B++){let ut=vt[bt],at=vt[B],Tt=ut.start+ut.count,yt=se(at.start,T.width,4),Mt=se(ut.start,T.width,4);at.start<=Tt+1&&yt===Mt&&se(at.start+at.count-1,T.width,4)===yt?ut.count=Math.max(ut.count,at.start+at.count-ut.start):(++bt,vt[bt]=at)}vt.length=bt+1;let ot=e.getParameter(i.UNPACK_ROW_LENGTH),ct=e.getParameter(i.UNPACK_SKIP_PIXELS),xt=e.getParameter(i.UNPACK_SKIP_ROWS);e.pixelStorei(i.UNPACK_ROW_LENGTH,T.width);for(let B=0,ut=vt.length;B<ut;B++){let at=vt[B],Tt=Math.floor(at.start/4),yt=Math.ceil(at.count/4),Mt=Tt%T.width,Wt=Math.floor(Tt/T.width),te=yt,pt=1;e.pixelStorei(i.UNPACK_SKIP_PIXELS,Mt),e.pixelStorei(i.UNPACK_SKIP_ROWS,Wt),e.texSubImage2D(i.TEXTURE_2D,0,Mt,Wt,te,pt,$,mt,T.data)}L.clearUpdateRanges(),e.pixelStorei(i.UNPACK_ROW_LENGTH,ot),e.pixelStorei(i.UNPACK_SKIP_PIXELS,ct),e.pixelStorei(i.UNPACK_SKIP_ROWS,xt)}}function Ge(L,T,$){let mt=i.TEXTURE_2D;(T.isDataArrayTexture||T.isCompressedArrayTexture)&&(mt=i.TEXTURE_2D_ARRAY),T.isData3DTexture&&(mt=i.TEXTURE_3D);let dt=ce(L,T),vt=T.source;e.bindTexture(mt,L.__webglTexture,i.TEXTURE0+$);let bt=n.get(vt);if(vt.version!==bt.__version||dt===!0){if(e.activeTexture(i.TEXTURE0+$),(typeof ImageBitmap<"u"&&T.image instanceof ImageBitmap)===!1){let pt=le.getPrimaries(le.workingColorSpace),Bt=T.colorSpace===Os?null:le.getPrimaries(T.colorSpace),ee=T.colorSpace===Os||pt===Bt?i.NONE:i.BROWSER_DEFAULT_WEBGL;e.pixelStorei(i.UNPACK_FLIP_Y_WEBGL,T.flipY),e.pixelStorei(i.UNPACK_PREMULTIPLY_ALPHA_WEBGL,T.premultiplyAlpha),e.pixelStorei(i.UNPACK_COLORSPACE_CONVERSION_WEBGL,ee)}e.pixelStorei(i.UNPACK_ALIGNMENT,T.unpackAlignment);let ct=x(T.image,!1,s.maxTextureSize);ct=Gt(T,ct);let xt=r.convert(T.format,T.colorSpace),B=r.convert(T.type),ut=w(T.internalFormat,xt,B,T.normalized,T.colorSpace,T.isVideoTexture);de(mt,T);let at,Tt=T.mipmaps,yt=T.isVideoTexture!==!0,Mt=bt.__version===void 0||dt===!0,Wt=vt.dataReady,te=S(T,ct);if(T.isDepthTexture)ut=_(T.format===Fs,T.type),Mt&&(yt?e.texStorage2D(i.TEXTURE_2D,1,ut,ct.width,ct.height):e.texImage2D(i.TEXTURE_2D,0,ut,ct.width,ct.height,0,xt,B,null));else if(T.isDataTexture)if(Tt.length>0){yt&&Mt&&e.texStorage2D(i.TEXTURE_2D,te,ut,Tt[0].width,Tt[0].height);for(let pt=0,Bt=Tt.length;pt<Bt;pt++)at=Tt[pt],yt?Wt&&e.texSubImage2D(i.TEXTURE_2D,pt,0,0,at.width,at.height,xt,B,at.data):e.texImage2D(i.TEXTURE_2D,pt,ut,at.width,at.height,0,xt,B,at.data);T.generateMipmaps=!1}else yt?(Mt&&e.texStorage2D(i.TEXTURE_2D,te,ut,ct.width,ct.height),Wt&&je(T,ct,xt,B)):e.texImage2D(i.TEXTURE_2D,0,ut,ct.width,ct.height,0,xt,B,ct.data);else if(T.isCompressedTexture)if(T.isCompressedArrayTexture){yt&&Mt&&e.texStorage3D(i.TEXTURE_2D_ARRAY,te,ut,Tt[0].width,Tt[0].height,ct.depth);for(let pt=0,Bt=Tt.length;pt<Bt;pt++)if(at=Tt[pt],T.format!==Di)if(xt!==null)if(yt){if(Wt)if(T.layerUpdates.size>0){let ee=Wf(at.width,at.height,T.format,T.type);for(let Ct of T.layerUpdates){let ae=at.data.subarray(Ct*ee/at.data.BYTES_PER_ELEMENT,(Ct+1)*ee/at.data.BYTES_PER_ELEMENT);e.compressedTexSubImage3D(i.TEXTURE_2D_ARRAY,pt,0,0,Ct,at.width,at.height,1,xt,ae)}}else e.compressedTexSubImage3D(i.TEXTURE_2D_ARRAY,pt,0,0,0,at.width,at.height,ct.depth,xt,at.data)}else e.compressedTexImage3D(i.TEXTURE_2D_ARRAY,pt,ut,at.width,at.height,ct.depth,0,at.data,0,0);else Yt("WebGLRenderer: Attempt to load unsupported compressed texture format in .uploadTexture()");else yt?Wt&&e.texSubImage3D(i.TEXTURE_2D_ARRAY,pt,0,0,0,at.width,at.height,ct.depth,xt,B,at.data):e.texImage3D(i.TEXTURE_2D_ARRAY,pt,ut,at.width,at.height,ct.depth,0,xt,B,at.data);T.layerUpdates.size>0&&T.clearLayerUpdates()}else{yt&&Mt&&e.texStorage2D(i.TEXTURE_2D,te,ut,Tt[0].width,Tt[0].height);for(let pt=0,Bt=Tt.length;pt<Bt;pt++)at=Tt[pt],T.format!==Di?xt!==null?yt?Wt&&e.compressedTexSubImage2D(i.TEXTURE_2D,pt,0,0,at.width,at.height,xt,at.data):e.compressedTexImage2D(i.TEXTURE_2D,pt,ut,at.width,at.height,0,at.data):Yt("WebGLRenderer: Attempt to load unsupported compressed texture format in .uploadTexture()"):yt?Wt&&e.texSubImage2D(i.TEXTURE_2D,pt,0,0,at.width,at.height,xt,B,at.data):e.texImage2D(i.TEXTURE_2D,pt,ut,at.width,at.height,0,xt,B,at.data)}else if(T.isDataArrayTexture)if(yt){if(Mt&&e.texStorage3D(i.TEXTURE_2D_ARRAY,te,ut,ct.width,ct.height,ct.depth),Wt)if(T.layerUpdates.size>0){let pt=Wf(ct.width,ct.height,T.format,T.type);for(let Bt of T.layerUpdates){let ee=ct.data.subarray(Bt*pt/ct.data.BYTES_PER_ELEMENT,(Bt+1)*pt/ct.data.BYTES_PER_ELEMENT);e.texSubImage3D(i.TEXTURE_2D_ARRAY,0,0,0,Bt,ct.width,ct.height,1,xt,B,ee)}T.clearLayerUpdates()}else e.texSubImage3D(i.TEXTURE_2D_ARRAY,0,0,0,0,ct.width,ct.height,ct.depth,xt,B,ct.data)}else e.texImage3D(i.TEXTURE_2D_ARRAY,0,ut,ct.width,ct.height,ct.depth,0,xt,B,ct.data);else if(T.isData3DTexture)yt?(Mt&&e.texStorage3D(i.TEXTURE_3D,te,ut,ct.width,ct.height,ct.depth),Wt&&e.texSubImage3D(i.TEXTURE_3D,0,0,0,0,ct.width,ct.height,ct.depth,xt,B,ct.data)):e.texImage3D(i.TEXTURE_3D,0,ut,ct.width,ct.height,ct.depth,0,xt,B,ct.data);else if(T.isFramebufferTexture){if(Mt)if(yt)e.texStorage2D(i.TEXTURE_2D,te,ut,ct.width,ct.height);else{let pt=ct.width,Bt=ct.height;for(let ee=0;ee<te;ee++)e.texImage2D(i.TEXTURE_2D,ee,ut,pt,Bt,0,xt,B,null),pt>>=1,Bt>>=1}}else if(T.isHTMLTexture){if("texElementImage2D"in i){let pt=i.canvas;if(pt.hasAttribute("layoutsubtree")||pt.setAttribute("layoutsubtree","true"),ct.parentNode!==pt){pt.appendChild(ct),d.add(T),pt.onpaint=Bt=>{let ee=Bt.changedElements;for(let Ct of d)ee.includes(Ct.image)&&(Ct.needsUpdate=!0)},pt.requestPaint();return}if(i.texElementImage2D.length===3)i.texElementImage2D(i.TEXTURE_2D,i.RGBA8,ct);else{let ee=i.RGBA,Ct=i.RGBA,ae=i.UNSIGNED_BYTE;i.texElementImage2D(i.TEXTURE_2D,0,ee,Ct,ae,ct)}i.texParameteri(i.TEXTURE_2D,i.TEXTURE_MIN_FILTER,i.LINEAR),i.texParameteri(i.TEXTURE_2D,i.TEXTURE_WRAP_S,i.CLAMP_TO_EDGE),i.texParameteri(i.TEXTURE_2D,i.TEXTURE_WRAP_T,i.CLAMP_TO_EDGE)}}else if(Tt.length>0){if(yt&&Mt){let pt=Zt(Tt[0]);e.texStorage2D(i.TEXTURE_2D,te,ut,pt.width,pt.height)}for(let pt=0,Bt=Tt.length;pt<Bt;pt++)at=Tt[pt],yt?Wt&&e.texSubImage2D(i.TEXTURE_2D,pt,0,0,xt,B,at):e.texImage2D(i.TEXTURE_2D,pt,ut,xt,B,at);T.generateMipmaps=!1}else if(yt){if(Mt){let pt=Zt(ct);e.texStorage2D(i.TEXTURE_2D,te,ut,pt.width,pt.height)}Wt&&e.texSubImage2D(i.TEXTURE_2D,0,0,0,xt,B,ct)}else e.texImage2D(i.TEXTURE_2D,0,ut,xt,B,ct);M(T)&&T.mipmapsAutoUpdate===!0&&v(mt),bt.__version=vt.version,T.onUpdate&&T.onUpdate(T)}L.__version=T.version}function pn(L,T,$){if(T.image.length!==6)return;let mt=ce(L,T),dt=T.source;e.bindTexture(i.TEXTURE_CUBE_MAP,L.__webglTexture,i.TEXTURE0+$);let vt=n.get(dt);if(dt.version!==vt.__version||mt===!0){e.activeTexture(i.TEXTURE0+$);let bt=le.getPrimaries(le.workingColorSpace),ot=T.colorSpace===Os?null:le.getPrimaries(T.colorSpace),ct=T.colorSpace===Os||bt===ot?i.NONE:i.BROWSER_DEFAULT_WEBGL;e.pixelStorei(i.UNPACK_FLIP_Y_WEBGL,T.flipY),e.pixelStorei(i.UNPACK_PREMULTIPLY_ALPHA_WEBGL,T.premultiplyAlpha),e.pixelStorei(i.UNPACK_ALIGNMENT,T.unpackAlignment),e.pixelStorei(i.UNPACK_COLORSPACE_CONVERSION_WEBGL,ct);let xt=T.isCompressedTexture||T.image[0].isCompressedTexture,B=T.image[0]&&T.image[0].isDataTexture,ut=[];for(let Ct=0;Ct<6;Ct++)!xt&&!B?ut[Ct]=x(T.image[Ct],!0,s.maxCubemapSize):ut[Ct]=B?T.image[Ct].image:T.image[Ct],ut[Ct]=Gt(T,ut[Ct]);let at=ut[0],Tt=r.convert(T.format,T.colorSpace),yt=r.convert(T.type),Mt=w(T.internalFormat,Tt,yt,T.normalized,T.colorSpace),Wt=T.isVideoTexture!==!0,te=vt.__version===void 0||mt===!0,pt=dt.dataReady,Bt=S(T,at);de(i.TEXTURE_CUBE_MAP,T);let ee;if(T.isDepthTexture){if(Mt=_(T.format===Fs,T.type),te)if(Wt)e.texStorage2D(i.TEXTURE_CUBE_MAP,1,Mt,at.width,at.height);else for(let Ct=0;Ct<6;Ct++)e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,0,Mt,at.width,at.height,0,Tt,yt,null)}else if(xt){Wt&&te&&e.texStorage2D(i.TEXTURE_CUBE_MAP,Bt,Mt,at.width,at.height);for(let Ct=0;Ct<6;Ct++){ee=ut[Ct].mipmaps;for(let ae=0;ae<ee.length;ae++){let We=ee[ae];T.format!==Di?Tt!==null?Wt?pt&&e.compressedTexSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae,0,0,We.width,We.height,Tt,We.data):e.compressedTexImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae,Mt,We.width,We.height,0,We.data):Yt("WebGLRenderer: Attempt to load unsupported compressed texture format in .setTextureCube()"):Wt?pt&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae,0,0,We.width,We.height,Tt,yt,We.data):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae,Mt,We.width,We.height,0,Tt,yt,We.data)}}}else{if(ee=T.mipmaps,Wt&&te){ee.length>0&&Bt++;let Ct=Zt(ut[0]);e.texStorage2D(i.TEXTURE_CUBE_MAP,Bt,Mt,Ct.width,Ct.height)}for(let Ct=0;Ct<6;Ct++)if(B){Wt?pt&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,0,0,0,ut[Ct].width,ut[Ct].height,Tt,yt,ut[Ct].data):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,0,Mt,ut[Ct].width,ut[Ct].height,0,Tt,yt,ut[Ct].data);for(let ae=0;ae<ee.length;ae++){let Jn=ee[ae].image[Ct].image;Wt?pt&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae+1,0,0,Jn.width,Jn.height,Tt,yt,Jn.data):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae+1,Mt,Jn.width,Jn.height,0,Tt,yt,Jn.data)}}else{Wt?pt&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,0,0,0,Tt,yt,ut[Ct]):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,0,Mt,Tt,yt,ut[Ct]);for(let ae=0;ae<ee.length;ae++){let We=ee[ae];Wt?pt&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae+1,0,0,Tt,yt,We.image[Ct]):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+Ct,ae+1,Mt,Tt,yt,We.image[Ct])}}}M(T)&&T.mipmapsAutoUpdate===!0&&v(i.TEXTURE_CUBE_MAP),vt.__version=dt.version,T.onUpdate&&T.onUpdate(T)}L.__version=T.version}function De(L,T,$,mt,dt,vt){let bt=r.convert($.format,$.colorSpace),ot=r.convert($.type),ct=w($.internalFormat,bt,ot,$.normalized,$.colorSpace),xt=n.get(T),B=n.get($);if(B.__renderTarget=T,!xt.__hasExternalTextures){let ut=Math.max(1,T.width>>vt),at=Math.max(1,T.height>>vt);dt===i.TEXTURE_3D||dt===i.TEXTURE_2D_ARRAY?e.texImage3D(dt,vt,ct,ut,at,T.depth,0,bt,ot,null):e.texImage2D(dt,vt,ct,ut,at,0,bt,ot,null)}e.bindFramebuffer(i.FRAMEBUFFER,L),wt(T)?a.framebufferTexture2DMultisampleEXT(i.FRAMEBUFFER,mt,dt,B.__webglTexture,0,oe(T)):(dt===i.TEXTURE_2D||dt>=i.TEXTURE_CUBE_MAP_POSITIVE_X&&dt<=i.TEXTURE_CUBE_MAP_NEGATIVE_Z)&&i.framebufferTexture2D(i.FRAMEBUFFER,mt,dt,B.__webglTexture,vt),e.bindFramebuffer(i.FRAMEBUFFER,null)}function Pn(L,T,$){if(i.bindRenderbuffer(i.RENDERBUFFER,L),T.depthBuffer){let mt=T.depthTexture,dt=mt&&mt.isDepthTexture?mt.type:null,vt=_(T.stencilBuffer,dt),bt=T.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT;wt(T)?a.renderbufferStorageMultisampleEXT(i.RENDERBUFFER,oe(T),vt,T.width,T.height):$?i.renderbufferStorageMultisample(i.RENDERBUFFER,oe(T),vt,T.width,T.height):i.renderbufferStorage(i.RENDERBUFFER,vt,T.width,T.height),i.framebufferRenderbuffer(i.FRAMEBUFFER,bt,i.RENDERBUFFER,L)}else{let mt=T.textures;for(let dt=0;dt<mt.length;dt++){let vt=mt[dt],bt=r.convert(vt.format,vt.colorSpace),ot=r.convert(vt.type),ct=w(vt.internalFormat,bt,ot,vt.normalized,vt.colorSpace);wt(T)?a.renderbufferStorageMultisampleEXT(i.RENDERBUFFER,oe(T),ct,T.width,T.height):$?i.renderbufferStorageMultisample(i.RENDERBUFFER,oe(T),ct,T.width,T.height):i.renderbufferStorage(i.RENDERBUFFER,ct,T.width,T.height)}}i.bindRenderbuffer(i.RENDERBUFFER,null)}function be(L,T,$){let mt=T.isWebGLCubeRenderTarget===!0;if(e.bindFramebuffer(i.FRAMEBUFFER,L),!(T.depthTexture&&T.depthTexture.isDepthTexture))throw new Error("THREE.WebGLTextures: renderTarget.depthTexture must be an instance of THREE.DepthTexture.");let dt=n.get(T.depthTexture);dt.__renderTarget=T;let vt=mt?T.depthTexture.image[0]:T.depthTexture.image;(!dt.__webglTexture||vt.width!==T.width||vt.height!==T.height)&&(vt.width=T.width,vt.height=T.height,T.depthTexture.needsUpdate=!0),mt?gt(T.depthTexture,0):rt(T.depthTexture,0);let bt=dt.__webglTexture,ot=oe(T),ct=mt?i.TEXTURE_CUBE_MAP_POSITIVE_X+$:i.TEXTURE_2D,xt=T.depthTexture.format===Fs?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT;if(T.depthTexture.format===Rs)wt(T)?a.framebufferTexture2DMultisampleEXT(i.FRAMEBUFFER,xt,ct,bt,0,ot):i.framebufferTexture2D(i.FRAMEBUFFER,xt,ct,bt,0);else if(T.depthTexture.format===Fs)wt(T)?a.framebufferTexture2DMultisampleEXT(i.FRAMEBUFFER,xt,ct,bt,0,ot):i.framebufferTexture2D(i.FRAMEBUFFER,xt,ct,bt,0);else throw new Error("THREE.WebGLTextures: Unknown depthTexture format.")}function Mn(L){let T=n.get(L),$=L.isWebGLCubeRenderTarget===!0;if(T.__boundDepthTexture!==L.depthTexture){let mt=L.depthTexture;if(T.__depthDisposeCallback&&T.__depthDisposeCallback(),mt){let dt=()=>{delete T.__boundDepthTexture,delete T.__depthDisposeCallback,mt.removeEventListener("dispose",dt)};mt.addEventListener("dispose",dt),T.__depthDisposeCallback=dt}T.__boundDepthTexture=mt}if(L.depthTexture&&!T.__autoAllocateDepthBuffer)if($)for(let mt=0;mt<6;mt++)be(T.__webglFramebuffer[mt],L,mt);else L.texture.mipmaps.length>0?be(T.__webglFramebuffer[0],L,0):be(T.__webglFramebuffer,L,0);else if($){T.__webglDepthbuffer=[];for(let mt=0;mt<6;mt++)if(e.bindFramebuffer(i.FRAMEBUFFER,T.__webglFramebuffer[mt]),T.__webglDepthbuffer[mt]===void 0)T.__webglDepthbuffer[mt]=i.createRenderbuffer(),Pn(T.__webglDepthbuffer[mt],L,!1);else{let dt=L.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT,vt=T.__webglDepthbuffer[mt];i.bindRenderbuffer(i.RENDERBUFFER,vt),i.framebufferRenderbuffer(i.FRAMEBUFFER,dt,i.RENDERBUFFER,vt)}}else if(L.texture.mipmaps.length>0?e.bindFramebuffer(i.FRAMEBUFFER,T.__webglFramebuffer[0]):e.bindFramebuffer(i.FRAMEBUFFER,T.__webglFramebuffer),T.__webglDepthbuffer===void 0)T.__webglDepthbuffer=i.createRenderbuffer(),Pn(T.__webglDepthbuffer,L,!1);else{let dt=L.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT,vt=T.__webglDepthbuffer;i.bindRenderbuffer(i.RENDERBUFFER,vt),i.framebufferRenderbuffer(i.FRAMEBUFFER,dt,i.RENDERBUFFER,vt)}e.bindFramebuffer(i.FRAMEBUFFER,null)}function sn(L,T,$){let mt=n.get(L);T!==void 0&&De(mt.__webglFramebuffer,L,L.texture,i.COLOR_ATTACHMENT0,i.TEXTURE_2D,0),$!==void 0&&Mn(L)}function mn(L){let T=L.texture,$=n.get(L),mt=n.get(T);L.addEventListener("dispose",U),I(L);let dt=L.textures,vt=L.isWebGLCubeRenderTarget===!0,bt=dt.length>1;if(bt||(mt.__webglTexture===void 0&&(mt.__webglTexture=i.createTexture()),mt.__version=T.version,o.memory.textures++),vt){$.__webglFramebuffer=[];for(let ot=0;ot<6;ot++)if(T.mipmaps.length>0){$.__webglFramebuffer[ot]=[];for(let ct=0;ct<T.mipmaps.length;ct++)$.__webglFramebuffer[ot][ct]=i.createFramebuffer()}else $.__webglFramebuffer[ot]=i.createFramebuffer()}else{if(T.mipmaps.length>0){$.__webglFramebuffer=[];for(let ot=0;ot<T.mipmaps.length;ot++)$.__webglFramebuffer[ot]=i.createFramebuffer()}else $.__webglFramebuffer=i.createFramebuffer();if(bt)for(let ot=0,ct=dt.length;ot<ct;ot++){let xt=n.get(dt[ot]);xt.__webglTexture===void 0&&(xt.__webglTexture=i.createTexture(),o.memory.textures++)}if(L.samples>0&&wt(L)===!1){$.__webglMultisampledFramebuffer=i.createFramebuffer(),$.__webglColorRenderbuffer=[],e.bindFramebuffer(i.FRAMEBUFFER,$.__webglMultisampledFramebuffer);for(let ot=0;ot<dt.length;ot++){let ct=dt[ot];$.__webglColorRenderbuffer[ot]=i.createRenderbuffer(),i.bindRenderbuffer(i.RENDERBUFFER,$.__webglColorRenderbuffer[ot]);let xt=r.convert(ct.format,ct.colorSpace),B=r.convert(ct.type),ut=w(ct.internalFormat,xt,B,ct.normalized,ct.colorSpace,L.isXRRenderTarget===!0),at=oe(L);i.renderbufferStorageMultisample(i.RENDERBUFFER,at,ut,L.width,L.height),i.framebufferRenderbuffer(i.FRAMEBUFFER,i.COLOR_ATTACHMENT0+ot,i.RENDERBUFFER,$.__webglColorRenderbuffer[ot])}i.bindRenderbuffer(i.RENDERBUFFER,null),L.depthBuffer&&($.__webglDepthRenderbuffer=i.createRenderbuffer(),Pn($.__webglDepthRenderbuffer,L,!0)),e.bindFramebuffer(i.FRAMEBUFFER,null)}}if(vt){e.bindTexture(i.TEXTURE_CUBE_MAP,mt.__webglTexture),de(i.TEXTURE_CUBE_MAP,T);for(let ot=0;ot<6;ot++)if(T.mipmaps.length>0)for(let ct=0;ct<T.mipmaps.length;ct++)De($.__webglFramebuffer[ot][ct],L,T,i.COLOR_ATTACHMENT0,i.TEXTURE_CUBE_MAP_POSITIVE_X+ot,ct);else De($.__webglFramebuffer[ot],L,T,i.COLOR_ATTACHMENT0,i.TEXTURE_CUBE_MAP_POSITIVE_X+ot,0);M(T)?v(i.TEXTURE_CUBE_MAP):T.mipmaps.length>0&&i.texParameteri(i.TEXTURE_CUBE_MAP,i.TEXTURE_MAX_LEVEL,T.mipmaps.length-1),e.unbindTexture()}else if(bt){for(let ot=0,ct=dt.length;ot<ct;ot++){let xt=dt[ot],B=n.get(xt),ut=i.TEXTURE_2D;(L.isWebGL3DRenderTarget||L.isWebGLArrayRenderTarget)&&(ut=L.isWebGL3DRenderTarget?i.TEXTURE_3D:i.TEXTURE_2D_ARRAY),e.bindTexture(ut,B.__webglTexture),de(ut,xt),De($.__webglFramebuffer,L,xt,i.COLOR_ATTACHMENT0+ot,ut,0),M(xt)&&v(ut)}e.unbindTexture()}else{let ot=i.TEXTURE_2D;if((L.isWebGL3DRenderTarget||L.isWebGLArrayRenderTarget)&&(ot=L.isWebGL3DRenderTarget?i.TEXTURE_3D:i.TEXTURE_2D_ARRAY),e.bindTexture(ot,mt.__webglTexture),de(ot,T),T.mipmaps.length>0)for(let ct=0;ct<T.mipmaps.length;ct++)De($.__webglFramebuffer[ct],L,T,i.COLOR_ATTACHMENT0,ot,ct);else De($.__webglFramebuffer,L,T,i.COLOR_ATTACHMENT0,ot,0);M(T)?v(ot):T.mipmaps.length>0&&i.texParameteri(ot,i.TEXTURE_MAX_LEVEL,T.mipmaps.length-1),e.unbindTexture()}L.depthBuffer&&Mn(L)}function z(L){let T=L.textures;for(let $=0,mt=T.length;$<mt;$++){let dt=T[$];if(M(dt)&&dt.mipmapsAutoUpdate===!0){let vt=A(L),bt=n.get(dt).__webglTexture;e.bindTexture(vt,bt),v(vt),e.unbindTexture()}}}let Rt=[];function jt(L){if(L.samples>0){if(wt(L)===!1){let T=L.textures,$=L.width,mt=L.height,dt=i.COLOR_BUFFER_BIT,vt=L.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT,bt=n.get(L),ot=T.length>1;if(ot)for(let xt=0;xt<T.length;xt++)e.bindFramebuffer(i.FRAMEBUFFER,bt.__webglMultisampledFramebuffer),i.framebufferRenderbuffer(i.FRAMEBUFFER,i.COLOR_ATTACHMENT0+xt,i.RENDERBUFFER,null),e.bindFramebuffer(i.FRAMEBUFFER,bt.__webglFramebuffer),i.framebufferTexture2D(i.DRAW_FRAMEBUFFER,i.COLOR_ATTACHMENT0+xt,i.TEXTURE_2D,null,0);e.bindFramebuffer(i.READ_FRAMEBUFFER,bt.__webglMultisampledFramebuffer),L.texture.mipmaps.length>0?e.bindFramebuffer(i.DRAW_FRAMEBUFFER,bt.__webglFramebuffer[0]):e.bindFramebuffer(i.DRAW_FRAMEBUFFER,bt.__webglFramebuffer);for(let xt=0;xt<T.length;xt++){if(L.resolveDepthBuffer&&(L.depthBuffer&&(dt|=i.DEPTH_BUFFER_BIT),L.stencilBuffer&&L.resolveStencilBuffer&&(dt|=i.STENCIL_BUFFER_BIT)),ot){i.framebufferRenderbuffer(i.READ_FRAMEBUFFER,i.COLOR_ATTACHMENT0,i.RENDERBUFFER,bt.__webglColorRenderbuffer[xt]);let B=n.get(T[xt]).__webglTexture;i.framebufferTexture2D(i.DRAW_FRAMEBUFFER,i.COLOR_ATTACHMENT0,i.TEXTURE_2D,B,0)}i.blitFramebuffer(0,0,$,mt,0,0,$,mt,dt,i.NEAREST),l===!0&&(Rt.length=0,Rt.push(i.COLOR_ATTACHMENT0+xt),L.depthBuffer&&L.storeMultisampledDepthBuffer===!1&&Rt.push(vt),i.invalidateFramebuffer(i.READ_FRAMEBUFFER,Rt))}if(e.bindFramebuffer(i.READ_FRAMEBUFFER,null),e.bindFramebuffer(i.DRAW_FRAMEBUFFER,null),ot)for(let xt=0;xt<T.length;xt++){e.bindFramebuffer(i.FRAMEBUFFER,bt.__webglMultisampledFramebuffer),i.framebufferRenderbuffer(i.FRAMEBUFFER,i.COLOR_ATTACHMENT0+xt,i.RENDERBUFFER,bt.__webglColorRenderbuffer[xt]);let B=n.get(T[xt]).__webglTexture;e.bindFramebuffer(i.FRAMEBUFFER,bt.__webglFramebuffer),i.framebufferTexture2D(i.DRAW_FRAMEBUFFER,i.COLOR_ATTACHMENT0+xt,i.TEXTURE_2D,B,0)}e.bindFramebuffer(i.DRAW_FRAMEBUFFER,bt.__webglMultisampledFramebuffer)}else if(L.depthBuffer&&L.storeMultisampledDepthBuffer===!1&&l){let T=L.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT;i.invalidateFramebuffer(i.DRAW_FRAMEBUFFER,[T])}}}function oe(L){return Math.min(s.maxSamples,L.samples)}function wt(L){let T=n.get(L);return L.samples>0&&t.has("WEBGL_multisampled_render_to_texture")===!0&&T.__useRenderToTexture!==!1}function Oe(L){let T=o.render.frame;h.get(L)!==T&&(h.set(L,T),L.update())}function Gt(L,T){let $=L.colorSpace,mt=L.format,dt=L.type;return L.isCompressedTexture===!0||L.isVideoTexture===!0||$!==za&&$!==Os&&(le.getTransfer($)===Re?(mt!==Di||dt!==li)&&Yt("WebGLTextures: sRGB encoded textures have to use RGBAFormat and UnsignedByteType."):Qt("WebGLTextures: Unsupported texture color space:",$)),T}function Zt(L){return typeof HTMLImageElement<"u"&&L instanceof HTMLImageElement?(c.width=L.naturalWidth||L.width,c.height=L.naturalHeight||L.height):typeof VideoFrame<"u"&&L instanceof VideoFrame?(c.width=L.displayWidth,c.height=L.displayHeight):(c.width=L.width,c.height=L.height),c}this.allocateTextureUnit=st,this.resetTextureUnits=j,this.getTextureUnits=tt,this.setTextureUnits=ht,this.setTexture2D=rt,this.setTexture2DArray=nt,this.setTexture3D=lt,this.setTextureCube=gt,this.rebindTextures=sn,this.setupRenderTarget=mn,this.updateRenderTargetMipmap=z,this.updateMultisampleRenderTarget=jt,this.setupDepthRenderbuffer=Mn,this.setupFrameBufferTexture=De,this.useMultisampledRTT=wt,this.dispose=G}function yA(i,t){function e(n,s=Os){let r,o=le.getTransfer(s);if(n===li)return i.UNSIGNED_BYTE;if(n===Sh)return i.UNSIGNED_SHORT_4_4_4_4;if(n===Mh)return i.UNSIGNED_SHORT_5_5_5_1;if(n===Ef)return i.UNSIGNED_INT_5_9_9_9_REV;if(n===Cf)return i.UNSIGNED_INT_10F_11F_11F_REV;if(n===Tf)return i.BYTE;if(n===Af)return i.SHORT;if(n===sa)return i.UNSIGNED_SHORT;if(n===bh)return i.INT;if(n===Yi)return i.UNSIGNED_INT;if(n===Ni)return i.FLOAT;if(n===$i)return i.HALF_FLOAT;if(n===Rf)return i.ALPHA;if(n===Pf)return i.RGB;if(n===Di)return i.RGBA;if(n===Rs)return i.DEPTH_COMPONENT;if(n===Fs)return i.DEPTH_STENCIL;if(n===If)return i.RED;if(n===wh)return i.RED_INTEGER;if(n===ar)return i.RG;if(n===Th)return i.RG_INTEGER;if(n===Ah)return i.RGBA_INTEGER;if(n===gl||n===_l||n===xl||n===yl)if(o===Re)if(r=t.get("WEBGL_compressed_texture_s3tc_srgb"),r!==null){if(n===gl)return r.COMPRESSED_SRGB_S3TC_DXT1_EXT;if(n===_l)return r.COMPRESSED_SRGB_ALPHA_S3TC_DXT1_EXT;if(n===xl)return r.COMPRESSED_SRGB_ALPHA_S3TC_DXT3_EXT;if(n===yl)return r.COMPRESSED_SRGB_ALPHA_S3TC_DXT5_EXT}else return null;else if(r=t.get("WEBGL_compressed_texture_s3tc"),r!==null){if(n===gl)return r.COMPRESSED_RGB_S3TC_DXT1_EXT;if(n===_l)return r.COMPRESSED_RGBA_S3TC_DXT1_EXT;if(n===xl)return r.COMPRESSED_RGBA_S3TC_DXT3_EXT;if(n===yl)return r.COMPRESSED_RGBA_S3TC_DXT5_EXT}else return null;if(n===Eh||n===Ch||n===Rh||n===Ph)if(r=t.get("WEBGL_compressed_texture_pvrtc"),r!==null){if(n===Eh)return r.COMPRESSED_RGB_PVRTC_4BPPV1_IMG;if(n===Ch)return r.COMPRESSED_RGB_PVRTC_2BPPV1_IMG;if(n===Rh)return r.COMPRESSED_RGBA_PVRTC_4BPPV1_IMG;if(n===Ph)return r.COMPRESSED_RGBA_PVRTC_2BPPV1_IMG}else return null;if(n===Ih||n===Lh||n===Nh||n===Dh||n===Uh||n===vl||n===Fh)if(r=t.get("WEBGL_compressed_texture_etc"),r!==null){if(n===Ih||n===Lh)return o===Re?r.COMPRESSED_SRGB8_ETC2:r.COMPRESSED_RGB8_ETC2;if(n===Nh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ETC2_EAC:r.COMPRESSED_RGBA8_ETC2_EAC;if(n===Dh)return r.COMPRESSED_R11_EAC;if(n===Uh)return r.COMPRESSED_SIGNED_R11_EAC;if(n===vl)return r.COMPRESSED_RG11_EAC;if(n===Fh)return r.COMPRESSED_SIGNED_RG11_EAC}else return null;if(n===Oh||n===kh||n===Bh||n===zh||n===Vh||n===Gh||n===Hh||n===Wh||n===Xh||n===qh||n===Yh||n===$h||n===Zh||n===Jh)if(r=t.get("WEBGL_compressed_texture_astc"),r!==null){if(n===Oh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_4x4_KHR:r.COMPRESSED_RGBA_ASTC_4x4_KHR;if(n===kh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_5x4_KHR:r.COMPRESSED_RGBA_ASTC_5x4_KHR;if(n===Bh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_5x5_KHR:r.COMPRESSED_RGBA_ASTC_5x5_KHR;if(n===zh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_6x5_KHR:r.COMPRESSED_RGBA_ASTC_6x5_KHR;if(n===Vh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_6x6_KHR:r.COMPRESSED_RGBA_ASTC_6x6_KHR;if(n===Gh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_8x5_KHR:r.COMPRESSED_RGBA_ASTC_8x5_KHR;if(n===Hh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_8x6_KHR:r.COMPRESSED_RGBA_ASTC_8x6_KHR;if(n===Wh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_8x8_KHR:r.COMPRESSED_RGBA_ASTC_8x8_KHR;if(n===Xh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x5_KHR:r.COMPRESSED_RGBA_ASTC_10x5_KHR;if(n===qh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x6_KHR:r.COMPRESSED_RGBA_ASTC_10x6_KHR;if(n===Yh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x8_KHR:r.COMPRESSED_RGBA_ASTC_10x8_KHR;if(n===$h)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x10_KHR:r.COMPRESSED_RGBA_ASTC_10x10_KHR;if(n===Zh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_12x10_KHR:r.COMPRESSED_RGBA_ASTC_12x10_KHR;if(n===Jh)return o===Re?r.COMPRESSED_SRGB8_ALPHA8_ASTC_12x12_KHR:r.COMPRESSED_RGBA_ASTC_12x12_KHR}else return null;if(n===jh||n===Kh||n===Qh)if(r=t.get("EXT_texture_compression_bptc"),r!==null){if(n===jh)return o===Re?r.COMPRESSED_SRGB_ALPHA_BPTC_UNORM_EXT:r.COMPRESSED_RGBA_BPTC_UNORM_EXT;if(n===Kh)return r.COMPRESSED_RGB_BPTC_SIGNED_FLOAT_EXT;if(n===Qh)return r.COMPRESSED_RGB_BPTC_UNSIGNED_FLOAT_EXT}else return null;if(n===tu||n===eu||n===bl||n===nu)if(r=t.get("EXT_texture_compression_rgtc"),r!==null){if(n===tu)return r.COMPRESSED_RED_RGTC1_EXT;if(n===eu)return r.COMPRESSED_SIGNED_RED_RGTC1_EXT;if(n===bl)return r.COMPRESSED_RED_GREEN_RGTC2_EXT;if(n===nu)return r.COMPRESSED_SIGNED_RED_GREEN_RGTC2_EXT}else return null;return n===Vr?i.UNSIGNED_INT_24_8:i[n]!==void 0?i[n]:null}return{convert:e}}var vA=`
void main() {

	gl_Position = vec4( position, 1.0 );

}`,bA=`
uniform sampler2DArray depthColor;
uniform float depthWidth;
uniform float depthHeight;

void main() {

	vec2 coord = vec2( gl_FragCoord.x / depthWidth, gl_FragCoord.y / depthHeight );

	if ( coord.x >= 1.0 ) {

		gl_FragDepth = texture( depthColor, vec3( coord.x - 1.0, coord.y, 1 ) ).r;

	} else {

		gl_FragDepth = texture( depthColor, vec3( coord.x, coord.y, 0 ) ).r;

	}

}`,sp=class{constructor(){this.texture=null,this.mesh=null,this.depthNear=0,this.depthFar=0}init(t,e){if(this.texture===null){let n=new Qa(t.texture);(t.depthNear!==e.depthNear||t.depthFar!==e.depthFar)&&(this.depthNear=t.depthNear,this.depthFar=t.depthFar),this.texture=n}}getMesh(t){if(this.texture!==null&&this.mesh===null){let e=t.cameras[0].viewport,n=new rs({vertexShader:vA,fragmentShader:bA,uniforms:{depthColor:{value:this.texture},depthWidth:{value:e.z},depthHeight:{value:e.w}}});this.mesh=new He(new il(20,20),n)}return this.mesh}reset(){this.texture=null,this.mesh=null}getDepthTexture(){return this.texture}},rp=class extends Xi{constructor(t,e){super();let n=this,s=null,r=1,o=null,a="local-floor",l=1,c=null,h=null,d=null,u=null,f=null,m=null,y=typeof XRWebGLBinding<"u",p=new sp,g={},x=e.getContextAttributes(),M=null,v=null,A=[],w=[],_=new Ht,S=null,I=null,P=new un;P.viewport=new Ne;let R=new un;R.viewport=new Ne;let U=[P,R],k=new gh,D=null,G=null;this.cameraAutoUpdate=!0,this.enabled=!1,this.isPresenting=!1,this.getController=function(q){let rt=A[q];return rt===void 0&&(rt=new Vo,A[q]=rt),rt.getTargetRaySpace()},this.getControllerGrip=function(q){let rt=A[q];return rt===void 0&&(rt=new Vo,A[q]=rt),rt.getGripSpace()},this.getHand=function(q){let rt=A[q];return rt===void 0&&(rt=new Vo,A[q]=rt),rt.getHandSpace()};function O(q){let rt=w.indexOf(q.inputSource);if(rt===-1)return;let nt=A[rt];nt!==void 0&&(nt.update(q.inputSource,q.frame,c||o),nt.dispatchEvent({type:q.type,data:q.inputSource}))}function V(){s.removeEventListener("select",O),s.removeEventListener("selectstart",O),s.removeEventListener("selectend",O),s.removeEventListener("squeeze",O),s.removeEventListener("squeezestart",O),s.removeEventListener("squeezeend",O),s.removeEventListener("end",V),s.removeEventListener("inputsourceschange",it);for(let q=0;q<A.length;q++){let rt=w[q];rt!==null&&(w[q]=null,A[q].disconnect(rt))}D=null,G=null,p.reset();for(let q in g)delete g[q];if(t.setRenderTarget(M),f=null,u=null,d=null,s=null,v=null,st.stop(),n.isPresenting=!1,t.setPixelRatio(S),t.setSize(_.width,_.height,!1),I!==null){let q=I.camera;q.fov=I.fov,q.zoom=I.zoom,q.updateProjectionMatrix(),I=null}n.dispatchEvent({type:"sessionend"})}this.setFramebufferScaleFactor=function(q){r=q,n.isPresenting===!0&&Yt("WebXRManager: Cannot change framebuffer scale while presenting.")},this.setReferenceSpaceType=function(q){a=q,n.isPresenting===!0&&Yt("WebXRManager: Cannot change reference space type while presenting.")},this.getReferenceSpace=function(){return c||o},this.setReferenceSpace=function(q){c=q},this.getBaseLayer=function(){return u!==null?u:f},this.getBinding=function(){return d===null&&y&&(d=new XRWebGLBinding(s,e)),d},this.getFrame=function(){return m},this.getSession=function(){return s},this.setSession=async function(q){if(s=q,s!==null){if(M=t.getRenderTarget(),s.addEventListener("select",O),s.addEventListener("selectstart",O),s.addEventListener("selectend",O),s.addEventListener("squeeze",O),s.addEventListener("squeezestart",O),s.addEventListener("squeezeend",O),s.addEventListener("end",V),s.addEventListener("inputsourceschange",it),x.xrCompatible!==!0&&await e.makeXRCompatible(),S=t.getPixelRatio(),t.getSize(_),y&&"createProjectionLayer"in XRWebGLBinding.prototype){let nt=null,lt=null,gt=null;x.depth&&(gt=x.stencil?e.DEPTH24_STENCIL8:e.DEPTH_COMPONENT24,nt=x.stencil?Fs:Rs,lt=x.stencil?Vr:Yi);let Ut={colorFormat:e.RGBA8,depthFormat:gt,scaleFactor:r};d=this.getBinding(),u=d.createProjectionLayer(Ut),s.updateRenderState({layers:[u]}),t.setPixelRatio(1),t.setSize(u.textureWidth,u.textureHeight,!1),v=new Si(u.textureWidth,u.textureHeight,{format:Di,type:li,depthTexture:new Ns(u.textureWidth,u.textureHeight,lt,void 0,void 0,void 0,void 0,void 0,void 0,nt),stencilBuffer:x.stencil,colorSpace:t.outputColorSpace,samples:x.antialias?4:0,resolveDepthBuffer:u.ignoreDepthValues===!1,resolveStencilBuffer:u.ignoreDepthValues===!1,storeMultisampledDepthBuffer:u.ignoreDepthValues===!1,storeMultisampledStencilBuffer:u.ignoreDepthValues===!1})}else{let nt={antialias:x.antialias,alpha:!0,depth:x.depth,stencil:x.stencil,framebufferScaleFactor:r};f=new XRWebGLLayer(s,e,nt),s.updateRenderState({baseLayer:f}),t.setPixelRatio(1),t.setSize(f.framebufferWidth,f.framebufferHeight,!1),v=new Si(f.framebufferWidth,f.framebufferHeight,{format:Di,type:li,colorSpace:t.outputColorSpace,stencilBuffer:x.stencil,resolveDepthBuffer:f.ignoreDepthValues===!1,resolveStencilBuffer:f.ignoreDepthValues===!1,storeMultisampledDepthBuffer:f.ignoreDepthValues===!1,storeMultisampledStencilBuffer:f.ignoreDepthValues===!1})}v.isXRRenderTarget=!0,this.setFoveation(l),c=null,o=await s.requestReferenceSpace(a),st.setContext(s),st.start(),n.isPresenting=!0,n.dispatchEvent({type:"sessionstart"})}},this.getEnvironmentBlendMode=function(){if(s!==null)return s.environmentBlendMode},this.getDepthTexture=function(){return p.getDepthTexture()};function it(q){for(let rt=0;rt<q.removed.length;rt++){let nt=q.removed[rt],lt=w.indexOf(nt);lt>=0&&(w[lt]=null,A[lt].disconnect(nt))}for(let rt=0;rt<q.added.length;rt++){let nt=q.added[rt],lt=w.indexOf(nt);if(lt===-1){for(let Ut=0;Ut<A.length;Ut++)if(Ut>=w.length){w.push(nt),lt=Ut;break}else if(w[Ut]===null){w[Ut]=nt,lt=Ut;break}if(lt===-1)break}let gt=A[lt];gt&&gt.connect(nt)}}function Y(q,rt){rt===null?q.matrixWorld.copy(q.matrix):q.matrixWorld.multiplyMatrices(rt.matrixWorld,q.matrix),q.matrixWorldInverse.copy(q.matrixWorld).invert()}this.updateCamera=function(q){if(s===null)return;let rt=q.near,nt=q.far;p.texture!==null&&(p.depthNear>0&&(rt=p.depthNear),p.depthFar>0&&(nt=p.depthFar)),k.near=R.near=P.near=rt,k.far=R.far=P.far=nt,(D!==k.near||G!==k.far)&&(s.updateRenderState({depthNear:k.near,depthFar:k.far}),D=k.near,G=k.far),k.layers.mask=q.layers.mask|6,P.layers.mask=k.layers.mask&-5,R.layers.mask=k.layers.mask&-3;let lt=q.parent,gt=k.cameras;Y(k,lt);for(let Ut=0;Ut<gt.length;Ut++)Y(gt[Ut],lt);k.projectionMatrix.copy(P.projectionMatrix),k.projectionMatrixInverse.copy(P.projectionMatrixInverse),I===null&&q.isPerspectiveCamera&&(I={camera:q,fov:q.fov,zoom:q.zoom}),j(q,k,lt)};function j(q,rt,nt){nt===null?q.matrix.copy(rt.matrixWorld):(q.matrix.copy(nt.matrixWorld),q.matrix.invert(),q.matrix.multiply(rt.matrixWorld)),q.matrix.decompose(q.position,q.quaternion,q.scale),q.updateMatrixWorld(!0),q.projectionMatrix.copy(rt.projectionMatrix),q.projectionMatrixInverse.copy(rt.projectionMatrixInverse),q.isPerspectiveCamera&&(q.fov=Er*2*Math.atan(1/q.projectionMatrix.elements[5]),q.zoom=1)}this.getCamera=function(){return k},this.getFoveation=function(){if(!(u===null&&f===null))return l},this.setFoveation=function(q){l=q,u!==null&&(u.fixedFoveation=q),f!==null&&f.fixedFoveation!==void 0&&(f.fixedFoveation=q)},this.hasDepthSensing=function(){return p.texture!==null},this.getDepthSensingMesh=function(){return p.getMesh(k)},this.getCameraTexture=function(q){return g[q]};let tt=null;function ht(q,rt){if(h=rt.getViewerPose(c||o),m=rt,h!==null){let nt=h.views;f!==null&&(t.setRenderTargetFramebuffer(v,f.framebuffer),t.setRenderTarget(v));let lt=!1;nt.length!==k.cameras.length&&(k.cameras.length=0,lt=!0);for(let kt=0;kt<nt.length;kt++){let de=nt[kt],ce=null;if(f!==null)ce=f.getViewport(de);else{let je=d.getViewSubImage(u,de);ce=je.viewport,kt===0&&(t.setRenderTargetTextures(v,je.colorTexture,je.depthStencilTexture),t.setRenderTarget(v))}let se=U[kt];se===void 0&&(se=new un,se.layers.enable(kt),se.viewport=new Ne,U[kt]=se),se.matrix.fromArray(de.transform.matrix),se.matrix.decompose(se.position,se.quaternion,se.scale),se.projectionMatrix.fromArray(de.projectionMatrix),se.projectionMatrixInverse.copy(se.projectionMatrix).invert(),se.viewport.set(ce.x,ce.y,ce.width,ce.height),kt===0&&(k.matrix.copy(se.matrix),k.matrix.decompose(k.position,k.quaternion,k.scale)),lt===!0&&k.cameras.push(se)}let gt=s.enabledFeatures;if(gt&&gt.includes("depth-sensing")&&s.depthUsage=="gpu-optimized"&&y){d=n.getBinding();let kt=d.getDepthInformation(nt[0]);kt&&kt.isValid&&kt.texture&&p.init(kt,s.renderState)}if(gt&&gt.includes("camera-access")&&y){t.state.unbindTexture(),d=n.getBinding();for(let kt=0;kt<nt.length;kt++){let de=nt[kt].camera;if(de){let ce=g[de];ce||(ce=new Qa,g[de]=ce);let se=d.getCameraImage(de);ce.sourceTexture=se}}}}for(let nt=0;nt<A.length;nt++){let lt=w[nt],gt=A[nt];lt!==null&&gt!==void 0&&gt.update(lt,rt,c||o)}tt&&tt(q,rt),rt.detectedPlanes&&n.dispatchEvent({type:"planesdetected",data:rt}),m=null}let st=new b_;st.setAnimationLoop(ht),this.setAnimationLoop=function(q){tt=q},this.dispose=function(){}}},SA=new $t,I_=new ie;I_.set(-1,0,0,0,1,0,0,0,1);function MA(i,t){function e(p,g){p.matrixAutoUpdate===!0&&p.updateMatrix(),g.value.copy(p.matrix)}function n(p,g){g.color.getRGB(p.fogColor.value,Vf(i)),g.isFog?(p.fogNear.value=g.near,p.fogFar.value=g.far):g.isFogExp2&&(p.fogDensity.value=g.density)}function s(p,g,x,M,v){g.isNodeMaterial?g.uniformsNeedUpdate=!1:g.isMeshBasicMaterial?r(p,g):g.isMeshLambertMaterial?(r(p,g),g.envMap&&(p.envMapIntensity.value=g.envMapIntensity)):g.isMeshToonMaterial?(r(p,g),d(p,g)):g.isMeshPhongMaterial?(r(p,g),h(p,g),g.envMap&&(p.envMapIntensity.value=g.envMapIntensity)):g.isMeshStandardMaterial?(r(p,g),u(p,g),g.isMeshPhysicalMaterial&&f(p,g,v)):g.isMeshMatcapMaterial?(r(p,g),m(p,g)):g.isMeshDepthMaterial?r(p,g):g.isMeshDistanceMaterial?(r(p,g),y(p,g)):g.isMeshNormalMaterial?r(p,g):g.isLineBasicMaterial?(o(p,g),g.isLineDashedMaterial&&a(p,g)):g.isPointsMaterial?l(p,g,x,M):g.isSpriteMaterial?c(p,g):g.isShadowMaterial?(p.color.value.copy(g.color),p.opacity.value=g.opacity):g.isShaderMaterial&&(g.uniformsNeedUpdate=!1)}function r(p,g){p.opacity.value=g.opacity,g.color&&p.diffuse.value.copy(g.color),g.emissive&&p.emissive.value.copy(g.emissive).multiplyScalar(g.emissiveIntensity),g.map&&(p.map.value=g.map,e(g.map,p.mapTransform)),g.alphaMap&&(p.alphaMap.value=g.alphaMap,e(g.alphaMap,p.alphaMapTransform)),g.bumpMap&&(p.bumpMap.value=g.bumpMap,e(g.bumpMap,p.bumpMapTransform),p.bumpScale.value=g.bumpScale,g.side===si&&(p.bumpScale.value*=-1)),g.normalMap&&(p.normalMap.value=g.normalMap,e(g.normalMap,p.normalMapTransform),p.normalScale.value.copy(g.normalScale),g.side===si&&p.normalScale.value.negate()),g.displacementMap&&(p.displacementMap.value=g.displacementMap,e(g.displacementMap,p.displacementMapTransform),p.displacementScale.value=g.displacementScale,p.displacementBias.value=g.displacementBias),g.emissiveMap&&(p.emissiveMap.value=g.emissiveMap,e(g.emissiveMap,p.emissiveMapTransform)),g.specularMap&&(p.specularMap.value=g.specularMap,e(g.specularMap,p.specularMapTransform)),g.alphaTest>0&&(p.alphaTest.value=g.alphaTest);let x=t.get(g),M=x.envMap,v=x.envMapRotation;M&&(p.envMap.value=M,p.envMapRotation.value.setFromMatrix4(SA.makeRotationFromEuler(v)).transpose(),M.isCubeTexture&&M.isRenderTargetTexture===!1&&p.envMapRotation.value.premultiply(I_),p.reflectivity.value=g.reflectivity,p.ior.value=g.ior,p.refractionRatio.value=g.refractionRatio),g.lightMap&&(p.lightMap.value=g.lightMap,p.lightMapIntensity.value=g.lightMapIntensity,e(g.lightMap,p.lightMapTransform)),g.aoMap&&(p.aoMap.value=g.aoMap,p.aoMapIntensity.value=g.aoMapIntensity,e(g.aoMap,p.aoMapTransform))}function o(p,g){p.diffuse.value.copy(g.color),p.opacity.value=g.opacity,g.map&&(p.map.value=g.map,e(g.map,p.mapTransform))}function a(p,g){p.dashSize.value=g.dashSize,p.totalSize.value=g.dashSize+g.gapSize,p.scale.value=g.scale}function l(p,g,x,M){p.diffuse.value.copy(g.color),p.opacity.value=g.opacity,p.size.value=g.size*x,p.scale.value=M*.5,g.map&&(p.map.value=g.map,e(g.map,p.uvTransform)),g.alphaMap&&(p.alphaMap.value=g.alphaMap,e(g.alphaMap,p.alphaMapTransform)),g.alphaTest>0&&(p.alphaTest.value=g.alphaTest)}function c(p,g){p.diffuse.value.copy(g.color),p.opacity.value=g.opacity,p.rotation.value=g.rotation,g.map&&(p.map.value=g.map,e(g.map,p.mapTransform)),g.alphaMap&&(p.alphaMap.value=g.alphaMap,e(g.alphaMap,p.alphaMapTransform)),g.alphaTest>0&&(p.alphaTest.value=g.alphaTest)}function h(p,g){p.specular.value.copy(g.specular),p.shininess.value=Math.max(g.shininess,1e-4)}function d(p,g){g.gradientMap&&(p.gradientMap.value=g.gradientMap)}function u(p,g){p.metalness.value=g.metalness,g.metalnessMap&&(p.metalnessMap.value=g.metalnessMap,e(g.metalnessMap,p.metalnessMapTransform)),p.roughness.value=g.roughness,g.roughnessMap&&(p.roughnessMap.value=g.roughnessMap,e(g.roughnessMap,p.roughnessMapTransform)),g.envMap&&(p.envMapIntensity.value=g.envMapIntensity)}function f(p,g,x){p.ior.value=g.ior,g.diffuseRoughness>0&&(p.diffuseRoughness.value=g.diffuseRoughness,g.diffuseRoughnessMap&&(p.diffuseRoughnessMap.value=g.diffuseRoughnessMap,e(g.diffuseRoughnessMap,p.diffuseRoughnessMapTransform))),g.sheen>0&&(p.sheenColor.value.copy(g.sheenColor).multiplyScalar(g.sheen),p.sheenRoughness.value=g.sheenRoughness,g.sheenColorMap&&(p.sheenColorMap.value=g.sheenColorMap,e(g.sheenColorMap,p.sheenColorMapTransform)),g.sheenRoughnessMap&&(p.sheenRoughnessMap.value=g.sheenRoughnessMap,e(g.sheenRoughnessMap,p.sheenRoughnessMapTransform))),g.clearcoat>0&&(p.clearcoat.value=g.clearcoat,p.clearcoatRoughness.value=g.clearcoatRoughness,g.clearcoatMap&&(p.clearcoatMap.value=g.clearcoatMap,e(g.clearcoatMap,p.clearcoatMapTransform)),g.clearcoatRoughnessMap&&(p.clearcoatRoughnessMap.value=g.clearcoatRoughnessMap,e(g.clearcoatRoughnessMap,p.clearcoatRoughnessMapTransform)),g.clearcoatNormalMap&&(p.clearcoatNormalMap.value=g.clearcoatNormalMap,e(g.clearcoatNormalMap,p.clearcoatNormalMapTransform),p.clearcoatNormalScale.value.copy(g.clearcoatNormalScale),g.side===si&&p.clearcoatNormalScale.value.negate())),g.dispersion>0&&(p.dispersion.value=g.dispersion),g.retroreflectivity>0&&(p.retroreflectivity.value=g.retroreflectivity),g.iridescence>0&&(p.iridescence.value=g.iridescence,p.iridescenceIOR.value=g.iridescenceIOR,p.iridescenceThicknessMinimum.value=g.iridescenceThicknessMinimum,p.iridescenceThicknessMaximum.value=g.iridescenceThicknessMaximum,g.iridescenceMap&&(p.iridescenceMap.value=g.iridescenceMap,e(g.iridescenceMap,p.iridescenceMapTransform)),g.iridescenceThicknessMap&&(p.iridescenceThicknessMap.value=g.iridescenceThicknessMap,e(g.iridescenceThicknessMap,p.iridescenceThicknessMapTransform))),g.transmission>0&&(p.transmission.value=g.transmission,p.transmissionSamplerMap.value=x.texture,p.transmissionSamplerSize.value.set(x.width,x.height),g.transmissionMap&&(p.transmissionMap.value=g.transmissionMap,e(g.transmissionMap,p.transmissionMapTransform)),p.thickness.value=g.thickness,g.thicknessMap&&(p.thicknessMap.value=g.thicknessMap,e(g.thicknessMap,p.thicknessMapTransform)),p.attenuationDistance.value=g.attenuationDistance,p.attenuationColor.value.copy(g.attenuationColor)),g.anisotropy>0&&(p.anisotropyVector.value.set(g.anisotropy*Math.cos(g.anisotropyRotation),g.anisotropy*Math.sin(g.anisotropyRotation)),g.anisotropyMap&&(p.anisotropyMap.value=g.anisotropyMap,e(g.anisotropyMap,p.anisotropyMapTransform))),p.specularIntensity.value=g.specularIntensity,p.specularColor.value.copy(g.specularColor),g.specularColorMap&&(p.specularColorMap.value=g.specularColorMap,e(g.specularColorMap,p.specularColorMapTransform)),g.specularIntensityMap&&(p.specularIntensityMap.value=g.specularIntensityMap,e(g.specularIntensityMap,p.specularIntensityMapTransform))}function m(p,g){g.matcap&&(p.matcap.value=g.matcap)}function y(p,g){let x=t.get(g).light;p.referencePosition.value.setFromMatrixPosition(x.matrixWorld),p.nearDistance.value=x.shadow.camera.near,p.farDistance.value=x.shadow.camera.far}return{refreshFogUniforms:n,refreshMaterialUniforms:s}}function wA(i,t,e,n){let s={},r={};function o(x,M){let v=M.program;n.uniformBlockBinding(x,v,s[x.id])}function a(x,M){let v=s[x.id];v===void 0&&(m(x),v=l(x),s[x.id]=v,x.addEventListener("dispose",p));let A=M.program;n.updateUBOMapping(x,A);let w=t.render.frame;r[x.id]!==w&&(c(x),r[x.id]=w)}function l(x){let M=i.createBuffer(),v=x.__size,A=x.usage;return i.bindBuffer(i.UNIFORM_BUFFER,M),i.bufferData(i.UNIFORM_BUFFER,v,A),i.bindBuffer(i.UNIFORM_BUFFER,null),M}function c(x){let M=s[x.id],v=x.uniforms,A=x.__cache;i.bindBuffer(i.UNIFORM_BUFFER,M);for(let w=0,_=v.length;w<_;w++){let S=v[w];if(Array.isArray(S))for(let I=0,P=S.length;I<P;I++)h(S[I],w,I,A);else h(S,w,0,A)}i.bindBuffer(i.UNIFORM_BUFFER,null)}function h(x,M,v,A){if(u(x,M,v,A)===!0){let w=x.__offset,_=x.value;if(Array.isArray(_)){let S=0;for(let I=0;I<_.length;I++){let P=_[I],R=y(P,!0);d(P,x.__data,S),S+=R.storage/Float32Array.BYTES_PER_ELEMENT}}else d(_,x.__data,0);i.bufferSubData(i.UNIFORM_BUFFER,w,x.__data)}}function d(x,M,v){typeof x=="number"||typeof x=="boolean"?M[v]=x:x.isMatrix3?(M[v]=x.elements[0],M[v+1]=x.elements[1],M[v+2]=x.elements[2],M[v+3]=0,M[v+4]=x.elements[3],M[v+5]=x.elements[4],M[v+6]=x.elements[5],M[v+7]=0,M[v+8]=x.elements[6],M[v+9]=x.elements[7],M[v+10]=x.elements[8],M[v+11]=0):ArrayBuffer.isView(x)?M.set(x.subarray(0,M.length-v),v):x.toArray(M,v)}function u(x,M,v,A){let w=x.value,_=M+"_"+v;if(Array.isArray(w)){A[_]===void 0&&(A[_]=[]);let S=A[_],I=!1;for(let P=0;P<w.length;P++)f(w[P],S,P)===!0&&(I=!0);return I}return f(w,A,_)}function f(x,M,v){if(M[v]===void 0)return typeof x=="number"||typeof x=="boolean"?M[v]=x:ArrayBuffer.isView(x)?M[v]=x.slice():M[v]=x.clone(),!0;{let A=M[v];if(typeof x=="number"||typeof x=="boolean"){if(A!==x)return M[v]=x,!0}else{if(ArrayBuffer.isView(x))return!0;if(A.equals(x)===!1)return A.copy(x),!0}}return!1}function m(x){let M=x.uniforms,v=0,A=16;for(let _=0,S=M.length;_<S;_++){let I=Array.isArray(M[_])?M[_]:[M[_]];for(let P=0,R=I.length;P<R;P++){let U=I[P],k=Array.isArray(U.value)?U.value:[U.value],D=Array.isArray(M[_])||Array.isArray(U.value),G=v;for(let V=0,it=k.length;V<it;V++){let Y=k[V],j=y(Y,D),tt=v%A,ht=tt%j.boundary,st=tt+ht;v+=ht,st!==0&&A-st<j.storage&&(v+=A-st),V===0&&(G=v),v+=j.storage}let O=U.type==="int"?Int32Array:U.type==="uint"?Uint32Array:Float32Array;U.__data=new O((v-G)/Float32Array.BYTES_PER_ELEMENT),U.__offset=G}}let w=v%A;return w>0&&(v+=A-w),x.__size=v,x.__cache={},this}function y(x,M){let v={boundary:0,storage:0};return typeof x=="number"||typeof x=="boolean"?(v.boundary=4,v.storage=4):x.isVector2?(v.boundary=8,v.storage=8):x.isVector3||x.isColor?(v.boundary=16,v.storage=12):x.isVector4?(v.boundary=16,v.storage=16):x.isMatrix3?(v.boundary=16,v.storage=48):x.isMatrix4?(v.boundary=16,v.storage=64):x.isTexture?Yt("WebGLRenderer: Texture samplers can not be part of an uniforms group."):ArrayBuffer.isView(x)?(v.boundary=16,v.storage=x.byteLength):Yt("WebGLRenderer: Unsupported uniform value type.",x),M===!0&&(v.boundary=16,v.storage=Math.ceil(v.storage/16)*16),v}function p(x){let M=x.target;M.removeEventListener("dispose",p),i.deleteBuffer(s[M.id]),delete s[M.id],delete r[M.id]}function g(){for(let x in s)i.deleteBuffer(s[x]);s={},r={}}return{bind:o,update:a,dispose:g}}var TA=new Uint16Array([12469,15057,12620,14925,13266,14620,13807,14376,14323,13990,14545,13625,14713,13328,14840,12882,14931,12528,14996,12233,15039,11829,15066,11525,15080,11295,15085,10976,15082,10705,15073,10495,13880,14564,13898,14542,13977,14430,14158,14124,14393,13732,14556,13410,14702,12996,14814,12596,14891,12291,14937,11834,14957,11489,14958,11194,14943,10803,14921,10506,14893,10278,14858,9960,14484,14039,14487,14025,14499,13941,14524,13740,14574,13468,14654,13106,14743,12678,14818,12344,14867,11893,14889,11509,14893,11180,14881,10751,14852,10428,14812,10128,14765,9754,14712,9466,14764,13480,14764,13475,14766,13440,14766,13347,14769,13070,14786,12713,14816,12387,14844,11957,14860,11549,14868,11215,14855,10751,14825,10403,14782,10044,14729,9651,14666,9352,14599,9029,14967,12835,14966,12831,14963,12804,14954,12723,14936,12564,14917,12347,14900,11958,14886,11569,14878,11247,14859,10765,14828,10401,14784,10011,14727,9600,14660,9289,14586,8893,14508,8533,15111,12234,15110,12234,15104,12216,15092,12156,15067,12010,15028,11776,14981,11500,14942,11205,14902,10752,14861,10393,14812,9991,14752,9570,14682,9252,14603,8808,14519,8445,14431,8145,15209,11449,15208,11451,15202,11451,15190,11438,15163,11384,15117,11274,15055,10979,14994,10648,14932,10343,14871,9936,14803,9532,14729,9218,14645,8742,14556,8381,14461,8020,14365,7603,15273,10603,15272,10607,15267,10619,15256,10631,15231,10614,15182,10535,15118,10389,15042,10167,14963,9787,14883,9447,14800,9115,14710,8665,14615,8318,14514,7911,14411,7507,14279,7198,15314,9675,15313,9683,15309,9712,15298,9759,15277,9797,15229,9773,15166,9668,15084,9487,14995,9274,14898,8910,14800,8539,14697,8234,14590,7790,14479,7409,14367,7067,14178,6621,15337,8619,15337,8631,15333,8677,15325,8769,15305,8871,15264,8940,15202,8909,15119,8775,15022,8565,14916,8328,14804,8009,14688,7614,14569,7287,14448,6888,14321,6483,14088,6171,15350,7402,15350,7419,15347,7480,15340,7613,15322,7804,15287,7973,15229,8057,15148,8012,15046,7846,14933,7611,14810,7357,14682,7069,14552,6656,14421,6316,14251,5948,14007,5528,15356,5942,15356,5977,15353,6119,15348,6294,15332,6551,15302,6824,15249,7044,15171,7122,15070,7050,14949,6861,14818,6611,14679,6349,14538,6067,14398,5651,14189,5311,13935,4958,15359,4123,15359,4153,15356,4296,15353,4646,15338,5160,15311,5508,15263,5829,15188,6042,15088,6094,14966,6001,14826,5796,14678,5543,14527,5287,14377,4985,14133,4586,13869,4257,15360,1563,15360,1642,15358,2076,15354,2636,15341,3350,15317,4019,15273,4429,15203,4732,15105,4911,14981,4932,14836,4818,14679,4621,14517,4386,14359,4156,14083,3795,13808,3437,15360,122,15360,137,15358,285,15355,636,15344,1274,15322,2177,15281,2765,15215,3223,15120,3451,14995,3569,14846,3567,14681,3466,14511,3305,14344,3121,14037,2800,13753,2467,15360,0,15360,1,15359,21,15355,89,15346,253,15325,479,15287,796,15225,1148,15133,1492,15008,1749,14856,1882,14685,1886,14506,1783,14324,1608,13996,1398,13702,1183]),ds=null;function AA(){return ds===null&&(ds=new Cr(TA,16,16,ar,$i),ds.name="DFG_LUT",ds.minFilter=fn,ds.magFilter=fn,ds.wrapS=ii,ds.wrapT=ii,ds.generateMipmaps=!1,ds.needsUpdate=!0),ds}var lu=class{constructor(t={}){let{canvas:e=G0(),context:n=null,depth:s=!0,stencil:r=!1,alpha:o=!1,antialias:a=!1,premultipliedAlpha:l=!0,preserveDrawingBuffer:c=!1,powerPreference:h="default",failIfMajorPerformanceCaveat:d=!1,reversedDepthBuffer:u=!1,outputBufferType:f=li}=t;this.isWebGLRenderer=!0;let m;if(n!==null){if(typeof WebGLRenderingContext<"u"&&n instanceof WebGLRenderingContext)throw new Error("THREE.WebGLRenderer: WebGL 1 is not supported since r163.");m=n.getContextAttributes().alpha}else m=o;let y=f,p=new Set([Ah,Th,wh]),g=new Set([li,Yi,sa,Vr,Sh,Mh]),x=new Uint32Array(4),M=new Int32Array(4),v={textures:[],min:[],max:[],resolution:[]},A=null,w=null,_=[],S=[],I=null;this.domElement=e,this.debug={checkShaderErrors:!0,diagnostics:{keywords:!1},onShaderError:null},this.autoClear=!0,this.autoClearColor=!0,this.autoClearDepth=!0,this.autoClearStencil=!0,this.sortObjects=!0,this.clippingPlanes=[],this.localClippingEnabled=!1,this.toneMapping=hs,this.toneMappingExposure=1,this.transmissionResolutionScale=1;let P=this,R=!1,U=null,k=null,D=null,G=null;this._outputColorSpace=Ce;let O=0,V=0,it=null,Y=-1,j=null,tt=new Ne,ht=new Ne,st=null,q=new qt(0),rt=0,nt=e.width,lt=e.height,gt=1,Ut=null,Jt=null,kt=new Ne(0,0,nt,lt),de=new Ne(0,0,nt,lt),ce=!1,se=new er,je=new ih,Ge=!1,pn=!1,De=new $t,Pn=new H,be=new Ne,Mn={background:null,fog:null,environment:null,overrideMaterial:null,isScene:!0},sn=!1;function mn(){return it===null?gt:1}let z=n;function Rt(C,W){return e.getContext(C,W)}let jt,oe,wt,Oe,Gt,Zt,L,T,$,mt,dt,vt,bt,ot,ct,xt,B,ut,at,Tt,yt,Mt,Wt;try{let C={alpha:!0,depth:s,stencil:r,antialias:a,premultipliedAlpha:l,preserveDrawingBuffer:c,powerPreference:h,failIfMajorPerformanceCaveat:d};if("setAttribute"in e&&e.setAttribute("data-engine",`three.js r${"187"}`),e.addEventListener("webglcontextlost",Bt,!1),e.addEventListener("webglcontextrestored",ee,!1),e.addEventListener("webglcontextcreationerror",Ct,!1),z===null){let W="webgl2";if(z=Rt(W,C),z===null)throw Rt(W)?new Error("THREE.WebGLRenderer: Error creating WebGL context with your selected attributes."):new Error("THREE.WebGLRenderer: Error creating WebGL context.")}te()}catch(C){throw e.removeEventListener("webglcontextlost",Bt,!1),e.removeEventListener("webglcontextrestored",ee,!1),e.removeEventListener("webglcontextcreationerror",Ct,!1),Qt("WebGLRenderer: "+C.message),C}function te(){jt=new Ow(z),jt.init(),yt=new yA(z,jt),oe=new Aw(z,jt,t,yt),wt=new _A(z,jt),oe.reversedDepthBuffer&&u&&wt.buffers.depth.setReversed(!0),k=z.createFramebuffer(),D=z.createFramebuffer(),G=z.createFramebuffer(),Oe=new zw(z),Gt=new iA,Zt=new xA(z,jt,wt,Gt,oe,yt,Oe),L=new Fw(P),T=new Gb(z),Mt=new ww(z,T),$=new kw(z,T,Oe,Mt),mt=new Gw(z,$,T,Mt,Oe),ut=new Vw(z,oe,Zt),ct=new Ew(Gt),dt=new nA(P,L,jt,oe,Mt,ct),vt=new MA(P,Gt),bt=new rA,ot=new uA(jt),B=new Mw(P,L,wt,mt,m,l),xt=new gA(P,mt,oe),Wt=new wA(z,Oe,oe,wt),at=new Tw(z,jt,Oe),Tt=new Bw(z,jt,Oe),Oe.programs=dt.programs,P.capabilities=oe,P.extensions=jt,P.properties=Gt,P.renderLists=bt,P.shadowMap=xt,P.state=wt,P.info=Oe}y!==li&&(I=new Ww(y,e.width,e.height,a,s,r));let pt=new rp(P,z);this.xr=pt,this.getContext=function(){return z},this.getContextAttributes=function(){return z.getContextAttributes()},this.forceContextLoss=function(){let C=jt.get("WEBGL_lose_context");C&&C.loseContext()},this.forceContextRestore=function(){let C=jt.get("WEBGL_lose_context");C&&C.restoreContext()},this.getPixelRatio=function(){return gt},this.setPixelRatio=function(C){C!==void 0&&(gt=C,this.setSize(nt,lt,!1))},this.getSize=function(C){return C.set(nt,lt)},this.setSize=function(C,W,et=!0){if(pt.isPresenting){Yt("WebGLRenderer: Can't change size while VR device is presenting.");return}nt=C,lt=W,e.width=Math.floor(C*gt),e.height=Math.floor(W*gt),et===!0&&(e.style.width=C+"px",e.style.height=W+"px"),I!==null&&I.setSize(e.width,e.height),this.setViewport(0,0,C,W)},this.getDrawingBufferSize=function(C){return C.set(nt*gt,lt*gt).floor()},this.setDrawingBufferSize=function(C,W,et){nt=C,lt=W,gt=et,e.width=Math.floor(C*et),e.height=Math.floor(W*et),this.setViewport(0,0,C,W)},this.setEffects=function(C){if(y===li){Qt("WebGLRenderer: setEffects() requires outputBufferType set to HalfFloatType or FloatType.");return}if(C){for(let W=0;W<C.length;W++)if(C[W].isOutputPass===!0){Yt("WebGLRenderer: OutputPass is not needed in setEffects(). Tone mapping and color space conversion are applied automatically.");break}}I.setEffects(C||[])},this.getCurrentViewport=function(C){return C.copy(tt)},this.getViewport=function(C){return C.copy(kt)},this.setViewport=function(C,W,et,J){C.isVector4?kt.set(C.x,C.y,C.z,C.w):kt.set(C,W,et,J),wt.viewport(tt.copy(kt).multiplyScalar(mn()).round())},this.getScissor=function(C){return C.copy(de)},this.setScissor=function(C,W,et,J){C.isVector4?de.set(C.x,C.y,C.z,C.w):de.set(C,W,et,J),wt.scissor(ht.copy(de).multiplyScalar(mn()).round())},this.getScissorTest=function(){return ce},this.setScissorTest=function(C){wt.setScissorTest(ce=C)},this.setOpaqueSort=function(C){Ut=C},this.setTransparentSort=function(C){Jt=C},this.getClearColor=function(C){return C.copy(B.getClearColor())},this.setClearColor=function(){B.setClearColor(...arguments)},this.getClearAlpha=function(){return B.getClearAlpha()},this.setClearAlpha=function(){B.setClearAlpha(...arguments)},this.clear=function(C=!0,W=!0,et=!0){let J=0;if(C){let K=!1;if(it!==null){let At=it.texture.format;K=p.has(At)}if(K){let At=it.texture.type,Pt=g.has(At),Et=B.getClearColor(),It=B.getClearAlpha(),Vt=Et.r,ne=Et.g,fe=Et.b;Pt?(x[0]=Vt,x[1]=ne,x[2]=fe,x[3]=It,z.clearBufferuiv(z.COLOR,0,x)):(M[0]=Vt,M[1]=ne,M[2]=fe,M[3]=It,z.clearBufferiv(z.COLOR,0,M))}else J|=z.COLOR_BUFFER_BIT}W&&(J|=z.DEPTH_BUFFER_BIT,this.state.buffers.depth.setMask(!0)),et&&(J|=z.STENCIL_BUFFER_BIT,this.state.buffers.stencil.setMask(4294967295)),J!==0&&z.clear(J)},this.clearColor=function(){this.clear(!0,!1,!1)},this.clearDepth=function(){this.clear(!1,!0,!1)},this.clearStencil=function(){this.clear(!1,!1,!0)},this.setNodesHandler=function(C){C.setRenderer(this),U=C},this.dispose=function(){e.removeEventListener("webglcontextlost",Bt,!1),e.removeEventListener("webglcontextrestored",ee,!1),e.removeEventListener("webglcontextcreationerror",Ct,!1),B.dispose(),bt.dispose(),ot.dispose(),Zt.dispose(),Gt.dispose(),L.dispose(),mt.dispose(),$.dispose(),Mt.dispose(),Wt.dispose(),dt.dispose(),pt.dispose(),pt.removeEventListener("sessionstart",Dl),pt.removeEventListener("sessionend",Zi),ps.stop()};function Bt(C){C.preventDefault(),Ga("WebGLRenderer: Context Lost."),R=!0}function ee(){Ga("WebGLRenderer: Context Restored."),R=!1;let C=Oe.autoReset,W=xt.enabled,et=xt.autoUpdate,J=xt.needsUpdate,K=xt.type;te(),Oe.autoReset=C,xt.enabled=W,xt.autoUpdate=et,xt.needsUpdate=J,xt.type=K}function Ct(C){Qt("WebGLRenderer: A WebGL context could not be created. Reason: ",C.statusMessage)}function ae(C){let W=C.target;W.removeEventListener("dispose",ae),We(W)}function We(C){Jn(C),Gt.remove(C)}function Jn(C){let W=Gt.get(C).programs;W!==void 0&&(W.forEach(function(et){dt.releaseProgram(et)}),C.isShaderMaterial&&dt.releaseShaderCache(C))}this.renderBufferDirect=function(C,W,et,J,K,At){W===null&&(W=Mn);let Pt=K.isMesh&&K.matrixWorld.determinantAffine()<0,Et=fa(C,W,et,J,K);wt.setMaterial(J,Pt);let It=et.index,Vt=1;if(J.wireframe===!0){if(It=$.getWireframeAttribute(et),It===void 0)return;Vt=2}let ne=et.drawRange,fe=et.attributes.position,zt=ne.start*Vt,pe=(ne.start+ne.count)*Vt;At!==null&&(zt=Math.max(zt,At.start*Vt),pe=Math.min(pe,(At.start+At.count)*Vt)),It!==null?(zt=Math.max(zt,0),pe=Math.min(pe,It.count)):fe!=null&&(zt=Math.max(zt,0),pe=Math.min(pe,fe.count));let en=pe-zt;if(en<0||en===1/0)return;Mt.setup(K,J,Et,et,It);let Pe,Ie=at;if(It!==null&&(Pe=T.get(It),Ie=Tt,Ie.setIndex(Pe)),K.isMesh)J.wireframe===!0?(wt.setLineWidth(J.wireframeLinewidth*mn()),Ie.setMode(z.LINES)):Ie.setMode(z.TRIANGLES);else if(K.isLine){let wn=J.linewidth;wn===void 0&&(wn=1),wt.setLineWidth(wn*mn()),K.isLineSegments?Ie.setMode(z.LINES):K.isLineLoop?Ie.setMode(z.LINE_LOOP):Ie.setMode(z.LINE_STRIP)}else K.isPoints?Ie.setMode(z.POINTS):K.isSprite&&Ie.setMode(z.TRIANGLES);if(K.isBatchedMesh)if(jt.get("WEBGL_multi_draw"))Ie.renderMultiDraw(K._multiDrawStarts,K._multiDrawCounts,K._multiDrawCount);else{let wn=K._multiDrawStarts,Ft=K._multiDrawCounts,gn=K._multiDrawCount,_e=It?T.get(It).bytesPerElement:1,gs=Gt.get(J).currentProgram.getUniforms();for(let _n=0;_n<gn;_n++)gs.setValue(z,"_gl_DrawID",_n),Ie.render(wn[_n]/_e,Ft[_n])}else if(K.isInstancedMesh)Ie.renderInstances(zt,en,K.count);else if(et.isInstancedBufferGeometry){let wn=et._maxInstanceCount!==void 0?et._maxInstanceCount:1/0,Ft=Math.min(et.instanceCount,wn);Ie.renderInstances(zt,en,Ft)}else Ie.render(zt,en)};function ha(C,W,et,J){U!==null&&C.isNodeMaterial&&U.setObject(J,C),Ge===!0&&ct.setState(C,et,!1),C.transparent===!0&&C.side===Vn&&C.forceSinglePass===!1?(C.side=si,C.needsUpdate=!0,Ji(C,W,J),C.side=cs,C.needsUpdate=!0,Ji(C,W,J),C.side=Vn):Ji(C,W,J)}this.compile=function(C,W,et=null){et===null&&(et=C),U!==null&&U.renderStart(C,W,et),w=ot.get(et),w.init(W),S.push(w),et.traverseVisible(function(K){K.isLight&&K.layers.test(W.layers)&&(w.pushLight(K),K.castShadow&&w.pushShadow(K))}),C!==et&&C.traverseVisible(function(K){K.isLight&&K.layers.test(W.layers)&&(w.pushLight(K),K.castShadow&&w.pushShadow(K))}),w.setupLights(),U!==null&&U.updateLights(w.state.lightsArray),pn=this.localClippingEnabled,Ge=ct.init(this.clippingPlanes,pn),Ge===!0&&ct.setGlobalState(this.clippingPlanes,W),U!==null&&xt.render(w.state.shadowsArray,et,W);let J=new Set;return C.traverse(function(K){if(!(K.isMesh||K.isPoints||K.isLine||K.isSprite))return;let At=K.material;if(At)if(Array.isArray(At))for(let Pt=0;Pt<At.length;Pt++){let Et=At[Pt];ha(Et,et,W,K),J.add(Et)}else ha(At,et,W,K),J.add(At)}),w=S.pop(),U!==null&&U.renderEnd(),J},this.compileAsync=function(C,W,et=null){let J=this.compile(C,W,et);return new Promise(K=>{function At(){if(J.forEach(function(Pt){let It=Gt.get(Pt).currentProgram;(It===void 0||It.isReady())&&J.delete(Pt)}),J.size===0){K(C);return}setTimeout(At,10)}jt.get("KHR_parallel_shader_compile")!==null?At():setTimeout(At,10)})};let qr=null;function Nu(C){qr&&qr(C)}function Dl(){ps.stop()}function Zi(){ps.start()}let ps=new b_;ps.setAnimationLoop(Nu),typeof self<"u"&&ps.setContext(self),this.setAnimationLoop=function(C){qr=C,pt.setAnimationLoop(C),C===null?ps.stop():ps.start()},pt.addEventListener("sessionstart",Dl),pt.addEventListener("sessionend",Zi),this.render=function(C,W){if(W!==void 0&&W.isCamera!==!0){Qt("WebGLRenderer.render: camera is not an instance of THREE.Camera.");return}if(R===!0)return;U!==null&&U.renderStart(C,W);let et=pt.enabled===!0&&pt.isPresenting===!0,J=I!==null&&(it===null||et)&&I.begin(P,it);if(C.matrixWorldAutoUpdate===!0&&C.updateMatrixWorld(),W.parent===null&&W.matrixWorldAutoUpdate===!0&&W.updateMatrixWorld(),pt.enabled===!0&&pt.isPresenting===!0&&(I===null||I.isCompositing()===!1)&&(pt.cameraAutoUpdate===!0&&pt.updateCamera(W),W=pt.getCamera()),C.isScene===!0&&C.onBeforeRender(P,C,W,it),w=ot.get(C,S.length),w.init(W),w.state.textureUnits=Zt.getTextureUnits(),S.push(w),De.multiplyMatrices(W.projectionMatrix,W.matrixWorldInverse),W.isArrayCamera?je.setFromArrayCamera(W):se.setFromProjectionMatrix(De,Pi,W.reversedDepth),pn=this.localClippingEnabled,Ge=ct.init(this.clippingPlanes,pn),A=bt.get(C,_.length),A.init(),_.push(A),this.info.render.frame++,pt.enabled===!0&&pt.isPresenting===!0){let Pt=P.xr.getDepthSensingMesh();Pt!==null&&ms(Pt,W,-1/0,P.sortObjects)}ms(C,W,0,P.sortObjects),A.finish(),U!==null&&U.updateLights(w.state.lightsArray),P.sortObjects===!0&&A.sort(Ut,Jt),sn=pt.enabled===!1||pt.isPresenting===!1||pt.hasDepthSensing()===!1,sn&&B.addToRenderList(A,C),this.info.autoReset===!0&&this.info.reset(),Ge===!0&&ct.beginShadows();let K=w.state.shadowsArray;if(xt.render(K,C,W),Ge===!0&&ct.endShadows(),(J&&I.hasRenderPass())===!1){let Pt=A.opaque,Et=A.transmissive;if(w.setupLights(),W.isArrayCamera){let It=W.cameras;if(Et.length>0)for(let Vt=0,ne=It.length;Vt<ne;Vt++){let fe=It[Vt];Ui(Pt,Et,C,fe)}sn&&B.render(C);for(let Vt=0,ne=It.length;Vt<ne;Vt++){let fe=It[Vt];ua(A,C,fe,fe.viewport)}}else Et.length>0&&Ui(Pt,Et,C,W),sn&&B.render(C),ua(A,C,W)}it!==null&&V===0&&(Zt.updateMultisampleRenderTarget(it),Zt.updateRenderTargetMipmap(it)),J&&I.end(P),C.isScene===!0&&C.onAfterRender(P,C,W),Mt.resetDefaultState(),Y=-1,j=null,S.pop(),S.length>0?(w=S[S.length-1],Zt.setTextureUnits(w.state.textureUnits),Ge===!0&&ct.setGlobalState(P.clippingPlanes,w.state.camera)):w=null,_.pop(),_.length>0?A=_[_.length-1]:A=null,U!==null&&U.renderEnd()};function ms(C,W,et,J){if(C.visible===!1)return;if(C.layers.test(W.layers)){if(C.isGroup)et=C.renderOrder;else if(C.isLOD)C.autoUpdate===!0&&C.update(W);else if(C.isLight)w.pushLight(C),C.castShadow&&w.pushShadow(C);else if(C.isSprite){let Pt=W.isArrayCamera?je:se;if(!C.frustumCulled||C.intersectsFrustum(Pt)){J&&be.setFromMatrixPosition(C.matrixWorld).applyMatrix4(De);let Et=mt.update(C),It=C.material;It.visible&&A.push(C,Et,It,et,be.z,null,W)}}else if(C.isMesh||C.isLine||C.isPoints){let Pt=W.isArrayCamera?je:se;if(!C.frustumCulled||C.intersectsFrustum(Pt)){let Et=mt.update(C),It=C.material;if(J&&(C.boundingSphere!==void 0?(C.boundingSphere===null&&C.computeBoundingSphere(),be.copy(C.boundingSphere.center)):(Et.boundingSphere===null&&Et.computeBoundingSphere(),be.copy(Et.boundingSphere.center)),be.applyMatrix4(C.matrixWorld).applyMatrix4(De)),Array.isArray(It)){let Vt=Et.groups;for(let ne=0,fe=Vt.length;ne<fe;ne++){let zt=Vt[ne],pe=It[zt.materialIndex];pe&&pe.visible&&A.push(C,Et,pe,et,be.z,zt,W)}}else It.visible&&A.push(C,Et,It,et,be.z,null,W)}}}let At=C.children;for(let Pt=0,Et=At.length;Pt<Et;Pt++)ms(At[Pt],W,et,J)}function ua(C,W,et,J){let{opaque:K,transmissive:At,transparent:Pt}=C;w.setupLightsView(et),Ge===!0&&ct.setGlobalState(P.clippingPlanes,et),J&&wt.viewport(tt.copy(J)),K.length>0&&rn(K,W,et),At.length>0&&rn(At,W,et),Pt.length>0&&rn(Pt,W,et),wt.buffers.depth.setTest(!0),wt.buffers.depth.setMask(!0),wt.buffers.color.setMask(!0),wt.setPolygonOffset(!1)}function Ui(C,W,et,J){if((et.isScene===!0?et.overrideMaterial:null)!==null)return;if(w.state.transmissionRenderTarget[J.id]===void 0){let zt=jt.has("EXT_color_buffer_half_float")||jt.has("EXT_color_buffer_float");w.state.transmissionRenderTarget[J.id]=new Si(1,1,{generateMipmaps:!0,type:zt?$i:li,minFilter:Li,samples:Math.max(4,oe.samples),stencilBuffer:r,resolveDepthBuffer:!1,resolveStencilBuffer:!1,storeMultisampledDepthBuffer:!1,storeMultisampledStencilBuffer:!1,colorSpace:le.workingColorSpace})}let At=w.state.transmissionRenderTarget[J.id],Pt=J.viewport||tt;At.setSize(Pt.z*P.transmissionResolutionScale,Pt.w*P.transmissionResolutionScale);let Et=P.getRenderTarget(),It=P.getActiveCubeFace(),Vt=P.getActiveMipmapLevel();P.setRenderTarget(At),P.getClearColor(q),rt=P.getClearAlpha(),rt<1&&P.setClearColor(16777215,.5),P.clear(),sn&&B.render(et);let ne=P.toneMapping;P.toneMapping=hs;let fe=J.viewport;if(J.viewport!==void 0&&(J.viewport=void 0),w.setupLightsView(J),Ge===!0&&ct.setGlobalState(P.clippingPlanes,J),rn(C,et,J),Zt.updateMultisampleRenderTarget(At),Zt.updateRenderTargetMipmap(At),jt.has("WEBGL_multisampled_render_to_texture")===!1){let zt=!1;for(let pe=0,en=W.length;pe<en;pe++){let Pe=W[pe],{object:Ie,geometry:wn,material:Ft,group:gn}=Pe;if(Ft.side===Vn&&Ie.layers.test(J.layers)){let _e=Ft.side;Ft.side=si,Ft.needsUpdate=!0,cn(Ie,et,J,wn,Ft,gn),Ft.side=_e,Ft.needsUpdate=!0,zt=!0}}zt===!0&&(Zt.updateMultisampleRenderTarget(At),Zt.updateRenderTargetMipmap(At))}P.setRenderTarget(Et,It,Vt),P.setClearColor(q,rt),fe!==void 0&&(J.viewport=fe),P.toneMapping=ne}function rn(C,W,et){let J=W.isScene===!0?W.overrideMaterial:null;for(let K=0,At=C.length;K<At;K++){let Pt=C[K],{object:Et,geometry:It,group:Vt}=Pt,ne=Pt.material;ne.allowOverride===!0&&J!==null&&(ne=J),Et.layers.test(et.layers)&&cn(Et,W,et,It,ne,Vt)}}function cn(C,W,et,J,K,At){U!==null&&K.isNodeMaterial&&U.setObject(C,K),C.onBeforeRender(P,W,et,J,K,At),C.modelViewMatrix.multiplyMatrices(et.matrixWorldInverse,C.matrixWorld),C.normalMatrix.getNormalMatrix(C.modelViewMatrix),K.onBeforeRender(P,W,et,J,C,At),K.transparent===!0&&K.side===Vn&&K.forceSinglePass===!1?(K.side=si,K.needsUpdate=!0,P.renderBufferDirect(et,W,J,K,C,At),K.side=cs,K.needsUpdate=!0,P.renderBufferDirect(et,W,J,K,C,At),K.side=Vn):P.renderBufferDirect(et,W,J,K,C,At),C.onAfterRender(P,W,et,J,K,At)}function hn(C){let W=0;for(let et of C)et.texture!==null&&W++;return W}function Ji(C,W,et){W.isScene!==!0&&(W=Mn);let J=Gt.get(C),K=w.state.lights,At=w.state.shadowsArray,Pt=K.state.version,Et=dt.getParameters(C,K.state,At,W,et,w.state.lightProbeGridArray),It=dt.getProgramCacheKey(Et),Vt=J.programs;J.environment=C.isMeshStandardMaterial||C.isMeshLambertMaterial||C.isMeshPhongMaterial?W.environment:null,J.fog=W.fog;let ne=C.isMeshStandardMaterial||C.isMeshLambertMaterial&&!C.envMap||C.isMeshPhongMaterial&&!C.envMap;J.envMap=L.get(C.envMap||J.environment,ne),J.envMapRotation=J.environment!==null&&C.envMap===null?W.environmentRotation:C.envMapRotation,Vt===void 0&&(C.addEventListener("dispose",ae),Vt=new Map,J.programs=Vt,J.programVariants=new Map);let fe=Vt.get(It);if(fe!==void 0){if(J.currentProgram===fe&&J.lightsStateVersion===Pt)return da(C,Et),fe}else Et.uniforms=dt.getUniforms(C),U!==null&&C.isNodeMaterial&&U.build(C,et,Et),C.onBeforeCompile(Et,P),fe=dt.acquireProgram(Et,It),Vt.set(It,fe),J.uniforms=Et.uniforms;let zt=J.uniforms;return(!C.isShaderMaterial&&!C.isRawShaderMaterial||C.clipping===!0)&&(zt.clippingPlanes=ct.uniform),da(C,Et),J.needsLights=zs(C),J.lightsStateVersion=Pt,J.needsLights&&(zt.ambientLightColor.value=K.state.ambient,zt.lightProbe.value=K.state.probe,zt.sunLights.value=K.state.sun,zt.sunLightShadows.value=K.state.sunShadow,zt.directionalLights.value=K.state.directional,zt.directionalLightShadows.value=K.state.directionalShadow,zt.spotLights.value=K.state.spot,zt.spotLightShadows.value=K.state.spotShadow,zt.rectAreaLights.value=K.state.rectArea,zt.ltc_1.value=K.state.rectAreaLTC1,zt.ltc_2.value=K.state.rectAreaLTC2,zt.pointLights.value=K.state.point,zt.pointLightShadows.value=K.state.pointShadow,zt.hemisphereLights.value=K.state.hemi,zt.sunShadowMatrix.value=K.state.sunShadowMatrix,zt.sunShadowCascade.value=K.state.sunShadowCascade,zt.directionalShadowMatrix.value=K.state.directionalShadowMatrix,zt.spotLightMatrix.value=K.state.spotLightMatrix,zt.spotLightMap.value=K.state.spotLightMap,zt.pointShadowMatrix.value=K.state.pointShadowMatrix),J.numLightProbeGrids=hn(w.state.lightProbeGridArray),J.currentProgram=fe,J.uniformsList=null,fe}function di(C,W,et,J,K){let At=Gt.get(C),Pt=At.currentProgram.id+","+J+","+K,Et=At.programVariants.get(Pt);return Et===void 0?(Et=Ji(C,W,et),At.programVariants.set(Pt,Et)):(At.currentProgram=Et,At.uniformsList=null,At.outputColorSpace=J,At.toneMapping=K),Et}function Bs(C){if(C.uniformsList===null){let W=C.currentProgram.getUniforms();C.uniformsList=ra.seqWithValue(W.seq,C.uniforms)}return C.uniformsList}function da(C,W){let et=Gt.get(C);et.outputColorSpace=W.outputColorSpace,et.batching=W.batching,et.batchingColor=W.batchingColor,et.instancing=W.instancing,et.instancingColor=W.instancingColor,et.instancingMorph=W.instancingMorph,et.skinning=W.skinning,et.morphTargets=W.morphTargets,et.morphNormals=W.morphNormals,et.morphColors=W.morphColors,et.morphTargetsCount=W.morphTargetsCount,et.numClippingPlanes=W.numClippingPlanes,et.numIntersection=W.numClipIntersection,et.vertexAlphas=W.vertexAlphas,et.vertexTangents=W.vertexTangents,et.toneMapping=W.toneMapping}function fa(C,W,et,J,K){W.isScene!==!0&&(W=Mn),Zt.resetTextureUnits();let At=W.fog,Pt=J.isMeshStandardMaterial||J.isMeshLambertMaterial||J.isMeshPhongMaterial?W.environment:null,Et=it===null?P.outputColorSpace:it.isXRRenderTarget===!0?it.texture.colorSpace:le.workingColorSpace,It=J.isMeshStandardMaterial||J.isMeshLambertMaterial&&!J.envMap||J.isMeshPhongMaterial&&!J.envMap,Vt=L.get(J.envMap||Pt,It),ne=J.vertexColors===!0&&!!et.attributes.color&&et.attributes.color.itemSize===4,fe=!!et.attributes.tangent&&(!!J.normalMap||J.anisotropy>0),zt=!!et.morphAttributes.position,pe=!!et.morphAttributes.normal,en=!!et.morphAttributes.color,Pe=hs;J.toneMapped&&(it===null||it.isXRRenderTarget===!0)&&(Pe=P.toneMapping);let Ie=et.morphAttributes.position||et.morphAttributes.normal||et.morphAttributes.color,wn=Ie!==void 0?Ie.length:0,Ft=Gt.get(J),gn=w.state.lights;if(Ge===!0&&(pn===!0||C!==j)){let Le=C===j&&J.id===Y;ct.setState(J,C,Le)}let _e=!1,gs=!1;J.version===Ft.__version?Ft.needsLights&&Ft.lightsStateVersion!==gn.state.version||K.isBatchedMesh&&Ft.batching===!1||!K.isBatchedMesh&&Ft.batching===!0||K.isBatchedMesh&&Ft.batchingColor===!0&&K._colorsTexture===null||K.isBatchedMesh&&Ft.batchingColor===!1&&K._colorsTexture!==null||K.isInstancedMesh&&Ft.instancing===!1||!K.isInstancedMesh&&Ft.instancing===!0||K.isSkinnedMesh&&Ft.skinning===!1||!K.isSkinnedMesh&&Ft.skinning===!0||K.isInstancedMesh&&Ft.instancingColor===!0&&K.instanceColor===null||K.isInstancedMesh&&Ft.instancingColor===!1&&K.instanceColor!==null||K.isInstancedMesh&&Ft.instancingMorph===!0&&K.morphTexture===null||K.isInstancedMesh&&Ft.instancingMorph===!1&&K.morphTexture!==null||Ft.envMap!==Vt||J.fog===!0&&Ft.fog!==At||Ft.numClippingPlanes!==void 0&&(Ft.numClippingPlanes!==ct.numPlanes||Ft.numIntersection!==ct.numIntersection)||Ft.vertexAlphas!==ne||Ft.vertexTangents!==fe||Ft.morphTargets!==zt||Ft.morphNormals!==pe||Ft.morphColors!==en||Ft.morphTargetsCount!==wn||Ft.numLightProbeGrids!==hn(w.state.lightProbeGridArray)?_e=!0:(Ft.outputColorSpace!==Et||Ft.toneMapping!==Pe)&&(gs=!0):(_e=!0,Ft.__version=J.version);let _n=Ft.currentProgram;(_e===!0||gs===!0)&&(_n=gs===!0?di(J,W,K,Et,Pe):Ji(J,W,K),U&&J.isNodeMaterial&&U.onUpdateProgram(J,_n,Ft));let Zr=!1,ji=!1,_s=!1,he=_n.getUniforms(),on=Ft.uniforms;if(wt.useProgram(_n.program)&&(Zr=!0,ji=!0,_s=!0),J.id!==Y&&(Y=J.id,ji=!0),Zr||j!==C){wt.buffers.depth.getReversed()&&C.reversedDepth!==!0&&(C._reversedDepth=!0,C.updateProjectionMatrix()),he.setValue(z,"projectionMatrix",C.projectionMatrix),he.setValue(z,"viewMatrix",C.matrixWorldInverse);let xn=he.map.cameraPosition;xn!==void 0&&xn.setValue(z,Pn.setFromMatrixPosition(C.matrixWorld)),oe.logarithmicDepthBuffer&&he.setValue(z,"logDepthBufFC",2/(Math.log(C.far+1)/Math.LN2)),(J.isMeshPhongMaterial||J.isMeshToonMaterial||J.isMeshLambertMaterial||J.isMeshBasicMaterial||J.isMeshStandardMaterial||J.isShaderMaterial)&&he.setValue(z,"isOrthographic",C.isOrthographicCamera===!0),j!==C&&(j=C,ji=!0,_s=!0)}if(Ft.needsLights&&(gn.state.sunShadowMap.length>0&&he.setValue(z,"sunShadowMap",gn.state.sunShadowMap,Zt),gn.state.directionalShadowMap.length>0&&he.setValue(z,"directionalShadowMap",gn.state.directionalShadowMap,Zt),gn.state.spotShadowMap.length>0&&he.setValue(z,"spotShadowMap",gn.state.spotShadowMap,Zt),gn.state.pointShadowMap.length>0&&he.setValue(z,"pointShadowMap",gn.state.pointShadowMap,Zt)),K.isSkinnedMesh){he.setOptional(z,K,"bindMatrix"),he.setOptional(z,K,"bindMatrixInverse");let Le=K.skeleton;Le&&(Le.boneTexture===null&&Le.computeBoneTexture(),he.setValue(z,"boneTexture",Le.boneTexture,Zt))}K.isBatchedMesh&&(he.setOptional(z,K,"batchingTexture"),he.setValue(z,"batchingTexture",K._matricesTexture,Zt),he.setOptional(z,K,"batchingIdTexture"),he.setValue(z,"batchingIdTexture",K._indirectTexture,Zt),he.setOptional(z,K,"batchingColorTexture"),K._colorsTexture!==null&&he.setValue(z,"batchingColorTexture",K._colorsTexture,Zt));let jn=et.morphAttributes;if((jn.position!==void 0||jn.normal!==void 0||jn.color!==void 0)&&ut.update(K,et,_n),(ji||Ft.receiveShadow!==K.receiveShadow)&&(Ft.receiveShadow=K.receiveShadow,he.setValue(z,"receiveShadow",K.receiveShadow)),(J.isMeshStandardMaterial||J.isMeshLambertMaterial||J.isMeshPhongMaterial)&&J.envMap===null&&W.environment!==null&&(on.envMapIntensity.value=W.environmentIntensity),on.dfgLUT!==void 0&&(on.dfgLUT.value=AA()),ji){if(he.setValue(z,"toneMappingExposure",P.toneMappingExposure),Ft.needsLights&&Yr(on,_s),At&&J.fog===!0&&vt.refreshFogUniforms(on,At),vt.refreshMaterialUniforms(on,J,gt,lt,w.state.transmissionRenderTarget[C.id]),Ft.needsLights&&Ft.numLightProbeGrids>0){let Le=v,xn=0;for(let Hn of w.state.lightProbeGridArray)Hn.texture!==null&&(Le.textures[xn]=Hn.texture,Le.min[xn]=Hn.boundingBox.min,Le.max[xn]=Hn.boundingBox.max,Le.resolution[xn]=Hn.resolution,xn++);for(let Hn in Le)Le[Hn].length=xn;on.probesSH.value=Le.textures,on.probesMin.value=Le.min,on.probesMax.value=Le.max,on.probesResolution.value=Le.resolution}ra.upload(z,Bs(Ft),on,Zt)}if(J.isShaderMaterial&&J.uniformsNeedUpdate===!0&&(ra.upload(z,Bs(Ft),on,Zt),J.uniformsNeedUpdate=!1),J.isSpriteMaterial&&he.setValue(z,"center",K.center),he.setValue(z,"modelViewMatrix",K.modelViewMatrix),he.setValue(z,"normalMatrix",K.normalMatrix),he.setValue(z,"modelMatrix",K.matrixWorld),J.uniformsGroups!==void 0){let Le=J.uniformsGroups;for(let xn=0,Hn=Le.length;xn<Hn;xn++){let Ul=Le[xn];Wt.update(Ul,_n),Wt.bind(Ul,_n)}}return _n}function Yr(C,W){C.ambientLightColor.needsUpdate=W,C.lightProbe.needsUpdate=W,C.sunLights.needsUpdate=W,C.sunLightShadows.needsUpdate=W,C.directionalLights.needsUpdate=W,C.directionalLightShadows.needsUpdate=W,C.pointLights.needsUpdate=W,C.pointLightShadows.needsUpdate=W,C.spotLights.needsUpdate=W,C.spotLightShadows.needsUpdate=W,C.rectAreaLights.needsUpdate=W,C.hemisphereLights.needsUpdate=W}function zs(C){return C.isMeshLambertMaterial||C.isMeshToonMaterial||C.isMeshPhongMaterial||C.isMeshStandardMaterial||C.isShadowMaterial||C.isShaderMaterial&&C.lights===!0}this.getActiveCubeFace=function(){return O},this.getActiveMipmapLevel=function(){return V},this.getRenderTarget=function(){return it},this.setRenderTargetTextures=function(C,W,et){let J=Gt.get(C);J.__autoAllocateDepthBuffer=C.resolveDepthBuffer===!1,J.__autoAllocateDepthBuffer===!1&&(J.__useRenderToTexture=!1),Gt.get(C.texture).__webglTexture=W,Gt.get(C.depthTexture).__webglTexture=J.__autoAllocateDepthBuffer?void 0:et,J.__hasExternalTextures=!0},this.setRenderTargetFramebuffer=function(C,W){let et=Gt.get(C);et.__webglFramebuffer=W,et.__useDefaultFramebuffer=W===void 0},this.setRenderTarget=function(C,W=0,et=0){it=C,O=W,V=et;let J=null,K=!1,At=!1;if(C){let Et=Gt.get(C);if(Et.__useDefaultFramebuffer!==void 0){wt.bindFramebuffer(z.FRAMEBUFFER,Et.__webglFramebuffer),tt.copy(C.viewport),ht.copy(C.scissor),st=C.scissorTest,wt.viewport(tt),wt.scissor(ht),wt.setScissorTest(st),Y=-1;return}else if(Et.__webglFramebuffer===void 0)Zt.setupRenderTarget(C);else if(Et.__hasExternalTextures)Zt.rebindTextures(C,Gt.get(C.texture).__webglTexture,Gt.get(C.depthTexture).__webglTexture);else if(C.depthBuffer){let ne=C.depthTexture;if(Et.__boundDepthTexture!==ne){if(ne!==null&&Gt.has(ne)&&(C.width!==ne.image.width||C.height!==ne.image.height))throw new Error("THREE.WebGLRenderer: Attached DepthTexture is initialized to the incorrect size.");Zt.setupDepthRenderbuffer(C)}}let It=C.texture;(It.isData3DTexture||It.isDataArrayTexture||It.isCompressedArrayTexture)&&(At=!0);let Vt=Gt.get(C).__webglFramebuffer;C.isWebGLCubeRenderTarget?(Array.isArray(Vt[W])?J=Vt[W][et]:J=Vt[W],K=!0):C.samples>0&&Zt.useMultisampledRTT(C)===!1?J=Gt.get(C).__webglMultisampledFramebuffer:Array.isArray(Vt)?J=Vt[et]:J=Vt,tt.copy(C.viewport),ht.copy(C.scissor),st=C.scissorTest}else tt.copy(kt).multiplyScalar(gt).floor(),ht.copy(de).multiplyScalar(gt).floor(),st=ce;if(et!==0&&(J=k),wt.bindFramebuffer(z.FRAMEBUFFER,J)&&wt.drawBuffers(C,J),wt.viewport(tt),wt.scissor(ht),wt.setScissorTest(st),K){let Et=Gt.get(C.texture);z.framebufferTexture2D(z.FRAMEBUFFER,z.COLOR_ATTACHMENT0,z.TEXTURE_CUBE_MAP_POSITIVE_X+W,Et.__webglTexture,et)}else if(At){let Et=W;for(let It=0;It<C.textures.length;It++){let Vt=Gt.get(C.textures[It]);z.framebufferTextureLayer(z.FRAMEBUFFER,z.COLOR_ATTACHMENT0+It,Vt.__webglTexture,et,Et)}}else if(C!==null&&et!==0){let Et=Gt.get(C.texture);z.framebufferTexture2D(z.FRAMEBUFFER,z.COLOR_ATTACHMENT0,z.TEXTURE_2D,Et.__webglTexture,et)}Y=-1};function $r(C){let W=Gt.get(C);return(W.__readFormat!==C.format||W.__readType!==C.type)&&(W.__readFormat=C.format,W.__readType=C.type,W.__formatReadable=oe.textureFormatReadable(C.format),W.__typeReadable=oe.textureTypeReadable(C.type)),W}this.readRenderTargetPixels=function(C,W,et,J,K,At,Pt,Et=0){if(!(C&&C.isWebGLRenderTarget)){Qt("WebGLRenderer.readRenderTargetPixels: renderTarget is not THREE.WebGLRenderTarget.");return}let It=Gt.get(C).__webglFramebuffer;if(C.isWebGLCubeRenderTarget&&Pt!==void 0&&(It=It[Pt],Array.isArray(It)&&(It=It[0])),It){wt.bindFramebuffer(z.FRAMEBUFFER,It);try{let Vt=C.textures[Et],ne=Vt.format,fe=Vt.type;C.textures.length>1&&z.readBuffer(z.COLOR_ATTACHMENT0+Et);let zt=$r(Vt);if(zt.__formatReadable===!1){Qt("WebGLRenderer.readRenderTargetPixels: renderTarget is not in RGBA or implementation defined format.");return}if(zt.__typeReadable===!1){Qt("WebGLRenderer.readRenderTargetPixels: renderTarget is not in UnsignedByteType or implementation defined type.");return}W>=0&&W<=C.width-J&&et>=0&&et<=C.height-K&&z.readPixels(W,et,J,K,yt.convert(ne),yt.convert(fe),At)}finally{let Vt=it!==null?Gt.get(it).__webglFramebuffer:null;wt.bindFramebuffer(z.FRAMEBUFFER,Vt)}}},this.readRenderTargetPixelsAsync=async function(C,W,et,J,K,At,Pt,Et=0){if(!(C&&C.isWebGLRenderTarget))throw new Error("THREE.WebGLRenderer.readRenderTargetPixels: renderTarget is not THREE.WebGLRenderTarget.");let It=Gt.get(C).__webglFramebuffer;if(C.isWebGLCubeRenderTarget&&Pt!==void 0&&(It=It[Pt],Array.isArray(It)&&(It=It[0])),It)if(W>=0&&W<=C.width-J&&et>=0&&et<=C.height-K){wt.bindFramebuffer(z.FRAMEBUFFER,It);let Vt=C.textures[Et],ne=Vt.format,fe=Vt.type;C.textures.length>1&&z.readBuffer(z.COLOR_ATTACHMENT0+Et);let zt=$r(Vt);if(zt.__formatReadable===!1)throw new Error("THREE.WebGLRenderer.readRenderTargetPixelsAsync: renderTarget is not in RGBA or implementation defined format.");if(zt.__typeReadable===!1)throw new Error("THREE.WebGLRenderer.readRenderTargetPixelsAsync: renderTarget is not in UnsignedByteType or implementation defined type.");let pe=z.createBuffer();z.bindBuffer(z.PIXEL_PACK_BUFFER,pe),z.bufferData(z.PIXEL_PACK_BUFFER,At.byteLength,z.STREAM_READ),z.readPixels(W,et,J,K,yt.convert(ne),yt.convert(fe),0),z.bindBuffer(z.PIXEL_PACK_BUFFER,null);let en=it!==null?Gt.get(it).__webglFramebuffer:null;wt.bindFramebuffer(z.FRAMEBUFFER,en);let Pe=z.fenceSync(z.SYNC_GPU_COMMANDS_COMPLETE,0);return z.flush(),await W0(z,Pe,4),z.bindBuffer(z.PIXEL_PACK_BUFFER,pe),z.getBufferSubData(z.PIXEL_PACK_BUFFER,0,At),z.bindBuffer(z.PIXEL_PACK_BUFFER,null),z.deleteBuffer(pe),z.deleteSync(Pe),At}else throw new Error("THREE.WebGLRenderer.readRenderTargetPixelsAsync: requested read bounds are out of range.")},this.copyFramebufferToTexture=function(C,W=null,et=0){let J=Math.pow(2,-et),K=Math.floor(C.image.width*J),At=Math.floor(C.image.height*J),Pt=W!==null?W.x:0,Et=W!==null?W.y:0;Zt.setTexture2D(C,0),z.copyTexSubImage2D(z.TEXTURE_2D,et,0,0,Pt,Et,K,At),wt.unbindTexture()},this.copyTextureToTexture=function(C,W,et=null,J=null,K=0,At=0){let Pt,Et,It,Vt,ne,fe,zt,pe,en,Pe=C.isCompressedTexture?C.mipmaps[At]:C.image;if(et!==null)Pt=et.max.x-et.min.x,Et=et.max.y-et.min.y,It=et.isBox3?et.max.z-et.min.z:1,Vt=et.min.x,ne=et.min.y,fe=et.isBox3?et.min.z:0;else{let he=Math.pow(2,-K);Pt=Math.floor(Pe.width*he),Et=Math.floor(Pe.height*he),C.isDataArrayTexture?It=Pe.depth:C.isData3DTexture?It=Math.floor(Pe.depth*he):It=1,Vt=0,ne=0,fe=0}J!==null?(zt=J.x,pe=J.y,en=J.z):(zt=0,pe=0,en=0);let Ie=yt.convert(W.format),wn=yt.convert(W.type),Ft;W.isData3DTexture?(Zt.setTexture3D(W,0),Ft=z.TEXTURE_3D):W.isDataArrayTexture||W.isCompressedArrayTexture?(Zt.setTexture2DArray(W,0),Ft=z.TEXTURE_2D_ARRAY):(Zt.setTexture2D(W,0),Ft=z.TEXTURE_2D),wt.activeTexture(z.TEXTURE0),wt.pixelStorei(z.UNPACK_FLIP_Y_WEBGL,W.flipY),wt.pixelStorei(z.UNPACK_PREMULTIPLY_ALPHA_WEBGL,W.premultiplyAlpha),wt.pixelStorei(z.UNPACK_ALIGNMENT,W.unpackAlignment);let gn=wt.getParameter(z.UNPACK_ROW_LENGTH),_e=wt.getParameter(z.UNPACK_IMAGE_HEIGHT),gs=wt.getParameter(z.UNPACK_SKIP_PIXELS),_n=wt.getParameter(z.UNPACK_SKIP_ROWS),Zr=wt.getParameter(z.UNPACK_SKIP_IMAGES);wt.pixelStorei(z.UNPACK_ROW_LENGTH,Pe.width),wt.pixelStorei(z.UNPACK_IMAGE_HEIGHT,Pe.height),wt.pixelStorei(z.UNPACK_SKIP_PIXELS,Vt),wt.pixelStorei(z.UNPACK_SKIP_ROWS,ne),wt.pixelStorei(z.UNPACK_SKIP_IMAGES,fe);let ji=C.isDataArrayTexture||C.isData3DTexture,_s=W.isDataArrayTexture||W.isData3DTexture;if(C.isDepthTexture){let he=Gt.get(C),on=Gt.get(W),jn=Gt.get(he.__renderTarget),Le=Gt.get(on.__renderTarget);wt.bindFramebuffer(z.READ_FRAMEBUFFER,jn.__webglFramebuffer),wt.bindFramebuffer(z.DRAW_FRAMEBUFFER,Le.__webglFramebuffer);for(let xn=0;xn<It;xn++)ji&&(z.framebufferTextureLayer(z.READ_FRAMEBUFFER,z.COLOR_ATTACHMENT0,Gt.get(C).__webglTexture,K,fe+xn),z.framebufferTextureLayer(z.DRAW_FRAMEBUFFER,z.COLOR_ATTACHMENT0,Gt.get(W).__webglTexture,At,en+xn)),z.blitFramebuffer(Vt,ne,Vt+Pt,ne+Et,zt,pe,zt+Pt,pe+Et,z.DEPTH_BUFFER_BIT,z.NEAREST);wt.bindFramebuffer(z.READ_FRAMEBUFFER,null),wt.bindFramebuffer(z.DRAW_FRAMEBUFFER,null)}else if(K!==0||C.isRenderTargetTexture||Gt.has(C)){let he=Gt.get(C),on=Gt.get(W);wt.bindFramebuffer(z.READ_FRAMEBUFFER,D),wt.bindFramebuffer(z.DRAW_FRAMEBUFFER,G);for(let jn=0;jn<It;jn++)ji?z.framebufferTextureLayer(z.READ_FRAMEBUFFER,z.COLOR_ATTACHMENT0,he.__webglTexture,K,fe+jn):z.framebufferTexture2D(z.READ_FRAMEBUFFER,z.COLOR_ATTACHMENT0,z.TEXTURE_2D,he.__webglTexture,K),_s?z.framebufferTextureLayer(z.DRAW_FRAMEBUFFER,z.COLOR_ATTACHMENT0,on.__webglTexture,At,en+jn):z.framebufferTexture2D(z.DRAW_FRAMEBUFFER,z.COLOR_ATTACHMENT0,z.TEXTURE_2D,on.__webglTexture,At),K!==0?z.blitFramebuffer(Vt,ne,Vt+Pt,ne+Et,zt,pe,zt+Pt,pe+Et,z.COLOR_BUFFER_BIT,z.NEAREST):_s?z.copyTexSubImage3D(Ft,At,zt,pe,en+jn,Vt,ne,Pt,Et):z.copyTexSubImage2D(Ft,At,zt,pe,Vt,ne,Pt,Et);wt.bindFramebuffer(z.READ_FRAMEBUFFER,null),wt.bindFramebuffer(z.DRAW_FRAMEBUFFER,null)}else _s?C.isDataTexture||C.isData3DTexture?z.texSubImage3D(Ft,At,zt,pe,en,Pt,Et,It,Ie,wn,Pe.data):W.isCompressedArrayTexture?z.compressedTexSubImage3D(Ft,At,zt,pe,en,Pt,Et,It,Ie,Pe.data):z.texSubImage3D(Ft,At,zt,pe,en,Pt,Et,It,Ie,wn,Pe):C.isDataTexture?z.texSubImage2D(z.TEXTURE_2D,At,zt,pe,Pt,Et,Ie,wn,Pe.data):C.isCompressedTexture?z.compressedTexSubImage2D(z.TEXTURE_2D,At,zt,pe,Pe.width,Pe.height,Ie,Pe.data):z.texSubImage2D(z.TEXTURE_2D,At,zt,pe,Pt,Et,Ie,wn,Pe);wt.pixelStorei(z.UNPACK_ROW_LENGTH,gn),wt.pixelStorei(z.UNPACK_IMAGE_HEIGHT,_e),wt.pixelStorei(z.UNPACK_SKIP_PIXELS,gs),wt.pixelStorei(z.UNPACK_SKIP_ROWS,_n),wt.pixelStorei(z.UNPACK_SKIP_IMAGES,Zr),At===0&&W.generateMipmaps===!0&&W.mipmapsAutoUpdate===!0&&z.generateMipmap(Ft),wt.unbindTexture()},this.initRenderTarget=function(C){Gt.get(C).__webglFramebuffer===void 0&&Zt.setupRenderTarget(C)},this.initTexture=function(C){C.isCubeTexture?Zt.setTextureCube(C,0):C.isData3DTexture?Zt.setTexture3D(C,0):C.isDataArrayTexture||C.isCompressedArrayTexture?Zt.setTexture2DArray(C,0):Zt.setTexture2D(C,0),wt.unbindTexture()},this.resetState=function(){O=0,V=0,it=null,wt.reset(),Mt.reset()},typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("observe",{detail:this}))}get coordinateSystem(){return Pi}get outputColorSpace(){return this._outputColorSpace}set outputColorSpace(t){this._outputColorSpace=t;let e=this.getContext();e.drawingBufferColorSpace=le._getDrawingBufferColorSpace(t),e.unpackColorSpace=le._getUnpackColorSpace()}};var L_={type:"change"},ap={type:"start"},D_={type:"end"},uu=new Ps,N_=new bi,CA=Math.cos(70*ci.DEG2RAD),Rn=new H,hi=2*Math.PI,Ae={NONE:-1,ROTATE:0,DOLLY:1,PAN:2,TOUCH_ROTATE:3,TOUCH_PAN:4,TOUCH_DOLLY_PAN:5,TOUCH_DOLLY_ROTATE:6},op=1e-6,du=class extends dl{constructor(t,e=null){super(t,e),this.state=Ae.NONE,this.target=new H,this.cursor=new H,this.minDistance=0,this.maxDistance=1/0,this.minZoom=0,this.maxZoom=1/0,this.minTargetRadius=0,this.maxTargetRadius=1/0,this.minPolarAngle=0,this.maxPolarAngle=Math.PI,this.minAzimuthAngle=-1/0,this.maxAzimuthAngle=1/0,this.enableDamping=!1,this.dampingFactor=.05,this.enableZoom=!0,this.zoomSpeed=1,this.enableRotate=!0,this.rotateSpeed=1,this.keyRotateSpeed=1,this.enablePan=!0,this.panSpeed=1,this.screenSpacePanning=!0,this.keyPanSpeed=7,this.zoomToCursor=!1,this.autoRotate=!1,this.autoRotateSpeed=2,this.keys={LEFT:"ArrowLeft",UP:"ArrowUp",RIGHT:"ArrowRight",BOTTOM:"ArrowDown"},this.mouseButtons={LEFT:rr.ROTATE,MIDDLE:rr.DOLLY,RIGHT:rr.PAN},this.touches={ONE:or.ROTATE,TWO:or.DOLLY_PAN},this.target0=this.target.clone(),this.position0=this.object.position.clone(),this.zoom0=this.object.zoom,this._cursorStyle="auto",this._domElementKeyEvents=null,this._lastPosition=new H,this._lastQuaternion=new Qe,this._lastTargetPosition=new H,this._quat=new Qe().setFromUnitVectors(t.up,new H(0,1,0)),this._quatInverse=this._quat.clone().invert(),this._spherical=new ta,this._sphericalDelta=new ta,this._scale=1,this._panOffset=new H,this._rotateStart=new Ht,this._rotateEnd=new Ht,this._rotateDelta=new Ht,this._panStart=new Ht,this._panEnd=new Ht,this._panDelta=new Ht,this._dollyStart=new Ht,this._dollyEnd=new Ht,this._dollyDelta=new Ht,this._dollyDirection=new H,this._mouse=new Ht,this._performCursorZoom=!1,this._pointers=[],this._pointerPositions={},this._controlActive=!1,this._onPointerMove=PA.bind(this),this._onPointerDown=RA.bind(this),this._onPointerUp=IA.bind(this),this._onContextMenu=kA.bind(this),this._onMouseWheel=DA.bind(this),this._onKeyDown=UA.bind(this),this._onTouchStart=FA.bind(this),this._onTouchMove=OA.bind(this),this._onMouseDown=LA.bind(this),this._onMouseMove=NA.bind(this),this._interceptControlDown=BA.bind(this),this._interceptControlUp=zA.bind(this),this.domElement!==null&&this.connect(this.domElement),this.update()}set cursorStyle(t){this._cursorStyle=t,t==="grab"?this.domElement.style.cursor="grab":this.domElement.style.cursor="auto"}get cursorStyle(){return this._cursorStyle}connect(t){super.connect(t),this.domElement.addEventListener("pointerdown",this._onPointerDown),this.domElement.addEventListener("pointercancel",this._onPointerUp),this.domElement.addEventListener("contextmenu",this._onContextMenu),this.domElement.addEventListener("wheel",this._onMouseWheel,{passive:!1}),this.domElement.ownerDocument.addEventListener("keydown",this._interceptControlDown,{passive:!0,capture:!0}),this.domElement.style.touchAction="none"}disconnect(){this.state=Ae.NONE,this.domElement.removeEventListener("pointerdown",this._onPointerDown),this.domElement.ownerDocument.removeEventListener("pointermove",this._onPointerMove),this.domElement.ownerDocument.removeEventListener("pointerup",this._onPointerUp),this.domElement.removeEventListener("pointercancel",this._onPointerUp),this.domElement.removeEventListener("wheel",this._onMouseWheel),this.domElement.removeEventListener("contextmenu",this._onContextMenu),this.stopListenToKeyEvents(),this.domElement.ownerDocument.removeEventListener("keydown",this._interceptControlDown,{capture:!0}),this.domElement.ownerDocument.removeEventListener("keyup",this._interceptControlUp,{capture:!0}),this._controlActive=!1,this._pointers.length=0,this._pointerPositions={},this.domElement.style.touchAction="",this.domElement.style.cursor="auto"}dispose(){this.disconnect()}getPolarAngle(){return this._spherical.phi}getAzimuthalAngle(){return this._spherical.theta}getDistance(){return this.object.position.distanceTo(this.target)}listenToKeyEvents(t){t.addEventListener("keydown",this._onKeyDown),this._domElementKeyEvents=t}stopListenToKeyEvents(){this._domElementKeyEvents!==null&&(this._domElementKeyEvents.removeEventListener("keydown",this._onKeyDown),this._domElementKeyEvents=null)}saveState(){this.target0.copy(this.target),this.position0.copy(this.object.position),this.zoom0=this.object.zoom}reset(){this.target.copy(this.target0),this.object.position.copy(this.position0),this.object.zoom=this.zoom0,this.object.updateProjectionMatrix(),this.dispatchEvent(L_),this.update(),this.state=Ae.NONE}pan(t,e){this._pan(t,e),this.update()}dollyIn(t){this._dollyIn(t),this.update()}dollyOut(t){this._dollyOut(t),this.update()}rotateLeft(t){this._rotateLeft(t),this.update()}rotateUp(t){this._rotateUp(t),this.update()}update(t=null){let e=this.object.position;Rn.copy(e).sub(this.target),Rn.applyQuaternion(this._quat),this._spherical.setFromVector3(Rn),this.autoRotate&&this.state===Ae.NONE&&this._rotateLeft(this._getAutoRotationAngle(t)),this.enableDamping?(this._spherical.theta+=this._sphericalDelta.theta*this.dampingFactor,this._spherical.phi+=this._sphericalDelta.phi*this.dampingFactor):(this._spherical.theta+=this._sphericalDelta.theta,this._spherical.phi+=this._sphericalDelta.phi);let n=this.minAzimuthAngle,s=this.maxAzimuthAngle;isFinite(n)&&isFinite(s)&&(n<-Math.PI?n+=hi:n>Math.PI&&(n-=hi),s<-Math.PI?s+=hi:s>Math.PI&&(s-=hi),n<=s?this._spherical.theta=Math.max(n,Math.min(s,this._spherical.theta)):this._spherical.theta=this._spherical.theta>(n+s)/2?Math.max(n,this._spherical.theta):Math.min(s,this._spherical.theta)),this._spherical.phi=Math.max(this.minPolarAngle,Math.min(this.maxPolarAngle,this._spherical.phi)),this._spherical.makeSafe(),this.enableDamping===!0?this.target.addScaledVector(this._panOffset,this.dampingFactor):this.target.add(this._panOffset),this.target.sub(this.cursor),this.target.clampLength(this.minTargetRadius,this.maxTargetRadius),this.target.add(this.cursor);let r=!1;if(this.zoomToCursor&&this._performCursorZoom||this.object.isOrthographicCamera)this._spherical.radius=this._clampDistance(this._spherical.radius);else{let o=this._spherical.radius;this._spherical.radius=this._clampDistance(this._spherical.radius*this._scale),r=o!=this._spherical.radius}if(Rn.setFromSpherical(this._spherical),Rn.applyQuaternion(this._quatInverse),e.copy(this.target).add(Rn),this.object.lookAt(this.target),this.enableDamping===!0?(this._sphericalDelta.theta*=1-this.dampingFactor,this._sphericalDelta.phi*=1-this.dampingFactor,this._panOffset.multiplyScalar(1-this.dampingFactor)):(this._sphericalDelta.set(0,0,0),this._panOffset.set(0,0,0)),this.zoomToCursor&&this._performCursorZoom){let o=null;if(this.object.isPerspectiveCamera){let a=Rn.length();o=this._clampDistance(a*this._scale);let l=a-o;this.object.position.addScaledVector(this._dollyDirection,l),this.object.updateMatrixWorld(),r=!!l}else if(this.object.isOrthographicCamera){let a=new H(this._mouse.x,this._mouse.y,0);a.unproject(this.object);let l=this.object.zoom;this.object.zoom=Math.max(this.minZoom,Math.min(this.maxZoom,this.object.zoom/this._scale)),this.object.updateProjectionMatrix(),r=l!==this.object.zoom;let c=new H(this._mouse.x,this._mouse.y,0);c.unproject(this.object),this.object.position.sub(c).add(a),this.object.updateMatrixWorld(),o=Rn.length()}else console.warn("WARNING: OrbitControls.js encountered an unknown camera type - zoom to cursor disabled."),this.zoomToCursor=!1;o!==null&&(this.screenSpacePanning?this.target.set(0,0,-1).transformDirection(this.object.matrix).multiplyScalar(o).add(this.object.position):(uu.origin.copy(this.object.position),uu.direction.set(0,0,-1).transformDirection(this.object.matrix),Math.abs(this.object.up.dot(uu.direction))<CA?this.object.lookAt(this.target):(N_.setFromNormalAndCoplanarPoint(this.object.up,this.target),uu.intersectPlane(N_,this.target))))}else if(this.object.isOrthographicCamera){let o=this.object.zoom;this.object.zoom=Math.max(this.minZoom,Math.min(this.maxZoom,this.object.zoom/this._scale)),o!==this.object.zoom&&(this.object.updateProjectionMatrix(),r=!0)}return this._scale=1,this._performCursorZoom=!1,r||this._lastPosition.distanceToSquared(this.object.position)>op||8*(1-this._lastQuaternion.dot(this.object.quaternion))>op||this._lastTargetPosition.distanceToSquared(this.target)>op?(this.dispatchEvent(L_),this._lastPosition.copy(this.object.position),this._lastQuaternion.copy(this.object.quaternion),this._lastTargetPosition.copy(this.target),!0):!1}_getAutoRotationAngle(t){return t!==null?hi/60*this.autoRotateSpeed*t:hi/60/60*this.autoRotateSpeed}_getZoomScale(t){let e=Math.abs(t*.01);return Math.pow(.95,this.zoomSpeed*e)}_rotateLeft(t){this._sphericalDelta.theta-=t}_rotateUp(t){this._sphericalDelta.phi-=t}_panLeft(t,e){Rn.setFromMatrixColumn(e,0),Rn.multiplyScalar(-t),this._panOffset.add(Rn)}_panUp(t,e){this.screenSpacePanning===!0?Rn.setFromMatrixColumn(e,1):(Rn.setFromMatrixColumn(e,0),Rn.crossVectors(this.object.up,Rn)),Rn.multiplyScalar(t),this._panOffset.add(Rn)}_pan(t,e){let n=this.domElement;if(this.object.isPerspectiveCamera){let s=this.object.position;Rn.copy(s).sub(this.target);let r=Rn.length();r*=Math.tan(this.object.fov/2*Math.PI/180),this._panLeft(2*t*r/n.clientHeight,this.object.matrix),this._panUp(2*e*r/n.clientHeight,this.object.matrix)}else this.object.isOrthographicCamera?(this._panLeft(t*(this.object.right-this.object.left)/this.object.zoom/n.clientWidth,this.object.matrix),this._panUp(e*(this.object.top-this.object.bottom)/this.object.zoom/n.clientHeight,this.object.matrix)):(console.warn("WARNING: OrbitControls.js encountered an unknown camera type - pan disabled."),this.enablePan=!1)}_dollyOut(t){this.object.isPerspectiveCamera||this.object.isOrthographicCamera?this._scale/=t:(console.warn("WARNING: OrbitControls.js encountered an unknown camera type - dolly/zoom disabled."),this.enableZoom=!1)}_dollyIn(t){this.object.isPerspectiveCamera||this.object.isOrthographicCamera?this._scale*=t:(console.warn("WARNING: OrbitControls.js encountered an unknown camera type - dolly/zoom disabled."),this.enableZoom=!1)}_updateZoomParameters(t,e){if(!this.zoomToCursor)return;this._performCursorZoom=!0;let n=this.domElement.getBoundingClientRect(),s=t-n.left,r=e-n.top,o=n.width,a=n.height;this._mouse.x=s/o*2-1,this._mouse.y=-(r/a)*2+1,this._dollyDirection.set(this._mouse.x,this._mouse.y,1).unproject(this.object).sub(this.object.position).normalize()}_clampDistance(t){return Math.max(this.minDistance,Math.min(this.maxDistance,t))}_handleMouseDownRotate(t){this._rotateStart.set(t.clientX,t.clientY)}_handleMouseDownDolly(t){this._updateZoomParameters(t.clientX,t.clientY),this._dollyStart.set(t.clientX,t.clientY)}_handleMouseDownPan(t){this._panStart.set(t.clientX,t.clientY)}_handleMouseMoveRotate(t){this._rotateEnd.set(t.clientX,t.clientY),this._rotateDelta.subVectors(this._rotateEnd,this._rotateStart).multiplyScalar(this.rotateSpeed);let e=this.domElement;this._rotateLeft(hi*this._rotateDelta.x/e.clientHeight),this._rotateUp(hi*this._rotateDelta.y/e.clientHeight),this._rotateStart.copy(this._rotateEnd),this.update()}_handleMouseMoveDolly(t){this._dollyEnd.set(t.clientX,t.clientY),this._dollyDelta.subVectors(this._dollyEnd,this._dollyStart),this._dollyDelta.y>0?this._dollyOut(this._getZoomScale(this._dollyDelta.y)):this._dollyDelta.y<0&&this._dollyIn(this._getZoomScale(this._dollyDelta.y)),this._dollyStart.copy(this._dollyEnd),this.zoomToCursor&&(this._performCursorZoom=!0,this._dollyDirection.set(this._mouse.x,this._mouse.y,1).unproject(this.object).sub(this.object.position).normalize()),this.update()}_handleMouseMovePan(t){this._panEnd.set(t.clientX,t.clientY),this._panDelta.subVectors(this._panEnd,this._panStart).multiplyScalar(this.panSpeed),this._pan(this._panDelta.x,this._panDelta.y),this._panStart.copy(this._panEnd),this.update()}_handleMouseWheel(t){this._updateZoomParameters(t.clientX,t.clientY),t.deltaY<0?this._dollyIn(this._getZoomScale(t.deltaY)):t.deltaY>0&&this._dollyOut(this._getZoomScale(t.deltaY)),this.update()}_handleKeyDown(t){let e=!1;switch(t.code){case this.keys.UP:t.ctrlKey||t.metaKey||t.shiftKey?this.enableRotate&&this._rotateUp(hi*this.keyRotateSpeed/this.domElement.clientHeight):this.enablePan&&this._pan(0,this.keyPanSpeed),e=!0;break;case this.keys.BOTTOM:t.ctrlKey||t.metaKey||t.shiftKey?this.enableRotate&&this._rotateUp(-hi*this.keyRotateSpeed/this.domElement.clientHeight):this.enablePan&&this._pan(0,-this.keyPanSpeed),e=!0;break;case this.keys.LEFT:t.ctrlKey||t.metaKey||t.shiftKey?this.enableRotate&&this._rotateLeft(hi*this.keyRotateSpeed/this.domElement.clientHeight):this.enablePan&&this._pan(this.keyPanSpeed,0),e=!0;break;case this.keys.RIGHT:t.ctrlKey||t.metaKey||t.shiftKey?this.enableRotate&&this._rotateLeft(-hi*this.keyRotateSpeed/this.domElement.clientHeight):this.enablePan&&this._pan(-this.keyPanSpeed,0),e=!0;break}e&&(t.preventDefault(),this.update())}_handleTouchStartRotate(t){if(this._pointers.length===1)this._rotateStart.set(t.pageX,t.pageY);else{let e=this._getSecondPointerPosition(t),n=.5*(t.pageX+e.x),s=.5*(t.pageY+e.y);this._rotateStart.set(n,s)}}_handleTouchStartPan(t){if(this._pointers.length===1)this._panStart.set(t.pageX,t.pageY);else{let e=this._getSecondPointerPosition(t),n=.5*(t.pageX+e.x),s=.5*(t.pageY+e.y);this._panStart.set(n,s)}}_handleTouchStartDolly(t){let e=this._getSecondPointerPosition(t),n=t.pageX-e.x,s=t.pageY-e.y,r=Math.sqrt(n*n+s*s);this._dollyStart.set(0,r)}_handleTouchStartDollyPan(t){this.enableZoom&&this._handleTouchStartDolly(t),this.enablePan&&this._handleTouchStartPan(t)}_handleTouchStartDollyRotate(t){this.enableZoom&&this._handleTouchStartDolly(t),this.enableRotate&&this._handleTouchStartRotate(t)}_handleTouchMoveRotate(t){if(this._pointers.length==1)this._rotateEnd.set(t.pageX,t.pageY);else{let n=this._getSecondPointerPosition(t),s=.5*(t.pageX+n.x),r=.5*(t.pageY+n.y);this._rotateEnd.set(s,r)}this._rotateDelta.subVectors(this._rotateEnd,this._rotateStart).multiplyScalar(this.rotateSpeed);let e=this.domElement;this._rotateLeft(hi*this._rotateDelta.x/e.clientHeight),this._rotateUp(hi*this._rotateDelta.y/e.clientHeight),this._rotateStart.copy(this._rotateEnd)}_handleTouchMovePan(t){if(this._pointers.length===1)this._panEnd.set(t.pageX,t.pageY);else{let e=this._getSecondPointerPosition(t),n=.5*(t.pageX+e.x),s=.5*(t.pageY+e.y);this._panEnd.set(n,s)}this._panDelta.subVectors(this._panEnd,this._panStart).multiplyScalar(this.panSpeed),this._pan(this._panDelta.x,this._panDelta.y),this._panStart.copy(this._panEnd)}_handleTouchMoveDolly(t){let e=this._getSecondPointerPosition(t),n=t.pageX-e.x,s=t.pageY-e.y,r=Math.sqrt(n*n+s*s);this._dollyEnd.set(0,r),this._dollyDelta.set(0,Math.pow(this._dollyEnd.y/this._dollyStart.y,this.zoomSpeed)),this._dollyOut(this._dollyDelta.y),this._dollyStart.copy(this._dollyEnd);let o=(t.pageX+e.x)*.5,a=(t.pageY+e.y)*.5;this._updateZoomParameters(o,a)}_handleTouchMoveDollyPan(t){this.enableZoom&&this._handleTouchMoveDolly(t),this.enablePan&&this._handleTouchMovePan(t)}_handleTouchMoveDollyRotate(t){this.enableZoom&&this._handleTouchMoveDolly(t),this.enableRotate&&this._handleTouchMoveRotate(t)}_addPointer(t){this._pointers.push(t.pointerId)}_removePointer(t){delete this._pointerPositions[t.pointerId];for(let e=0;e<this._pointers.length;e++)if(this._pointers[e]==t.pointerId){this._pointers.splice(e,1);return}}_isTrackingPointer(t){for(let e=0;e<this._pointers.length;e++)if(this._pointers[e]==t.pointerId)return!0;return!1}_trackPointer(t){let e=this._pointerPositions[t.pointerId];e===void 0&&(e=new Ht,this._pointerPositions[t.pointerId]=e),e.set(t.pageX,t.pageY)}_getSecondPointerPosition(t){let e=t.pointerId===this._pointers[0]?this._pointers[1]:this._pointers[0];return this._pointerPositions[e]}_customWheelEvent(t){let e=t.deltaMode,n={clientX:t.clientX,clientY:t.clientY,deltaY:t.deltaY};switch(e){case 1:n.deltaY*=16;break;case 2:n.deltaY*=100;break}return t.ctrlKey&&!this._controlActive&&(n.deltaY*=10),n}};function RA(i){this.enabled!==!1&&(this._pointers.length===0&&(this.domElement.setPointerCapture(i.pointerId),this.domElement.ownerDocument.addEventListener("pointermove",this._onPointerMove),this.domElement.ownerDocument.addEventListener("pointerup",this._onPointerUp)),!this._isTrackingPointer(i)&&(this._addPointer(i),i.pointerType==="touch"?this._onTouchStart(i):this._onMouseDown(i),this._cursorStyle==="grab"&&(this.domElement.style.cursor="grabbing")))}function PA(i){this.enabled!==!1&&(i.pointerType==="touch"?this._onTouchMove(i):this._onMouseMove(i))}function IA(i){switch(this._removePointer(i),this._pointers.length){case 0:this.domElement.releasePointerCapture(i.pointerId),this.domElement.ownerDocument.removeEventListener("pointermove",this._onPointerMove),this.domElement.ownerDocument.removeEventListener("pointerup",this._onPointerUp),this.dispatchEvent(D_),this.state=Ae.NONE,this._cursorStyle==="grab"&&(this.domElement.style.cursor="grab");break;case 1:let t=this._pointers[0],e=this._pointerPositions[t];this._onTouchStart({pointerId:t,pageX:e.x,pageY:e.y});break}}function LA(i){let t;switch(i.button){case 0:t=this.mouseButtons.LEFT;break;case 1:t=this.mouseButtons.MIDDLE;break;case 2:t=this.mouseButtons.RIGHT;break;default:t=-1}switch(t){case rr.DOLLY:if(this.enableZoom===!1)return;this._handleMouseDownDolly(i),this.state=Ae.DOLLY;break;case rr.ROTATE:if(i.ctrlKey||i.metaKey||i.shiftKey){if(this.enablePan===!1)return;this._handleMouseDownPan(i),this.state=Ae.PAN}else{if(this.enableRotate===!1)return;this._handleMouseDownRotate(i),this.state=Ae.ROTATE}break;case rr.PAN:if(i.ctrlKey||i.metaKey||i.shiftKey){if(this.enableRotate===!1)return;this._handleMouseDownRotate(i),this.state=Ae.ROTATE}else{if(this.enablePan===!1)return;this._handleMouseDownPan(i),this.state=Ae.PAN}break;default:this.state=Ae.NONE}this.state!==Ae.NONE&&this.dispatchEvent(ap)}function NA(i){switch(this.state){case Ae.ROTATE:if(this.enableRotate===!1)return;this._handleMouseMoveRotate(i);break;case Ae.DOLLY:if(this.enableZoom===!1)return;this._handleMouseMoveDolly(i);break;case Ae.PAN:if(this.enablePan===!1)return;this._handleMouseMovePan(i);break}}function DA(i){this.enabled===!1||this.enableZoom===!1||this.state!==Ae.NONE||(i.preventDefault(),this.dispatchEvent(ap),this._handleMouseWheel(this._customWheelEvent(i)),this.dispatchEvent(D_))}function UA(i){this.enabled!==!1&&this._handleKeyDown(i)}function FA(i){switch(this._trackPointer(i),this._pointers.length){case 1:switch(this.touches.ONE){case or.ROTATE:if(this.enableRotate===!1){this.state=Ae.NONE;break}this._handleTouchStartRotate(i),this.state=Ae.TOUCH_ROTATE;break;case or.PAN:if(this.enablePan===!1){this.state=Ae.NONE;break}this._handleTouchStartPan(i),this.state=Ae.TOUCH_PAN;break;default:this.state=Ae.NONE}break;case 2:switch(this.touches.TWO){case or.DOLLY_PAN:if(this.enableZoom===!1&&this.enablePan===!1)return;this._handleTouchStartDollyPan(i),this.state=Ae.TOUCH_DOLLY_PAN;break;case or.DOLLY_ROTATE:if(this.enableZoom===!1&&this.enableRotate===!1)return;this._handleTouchStartDollyRotate(i),this.state=Ae.TOUCH_DOLLY_ROTATE;break;default:this.state=Ae.NONE}break;default:this.state=Ae.NONE}this.state!==Ae.NONE&&this.dispatchEvent(ap)}function OA(i){switch(this._trackPointer(i),this.state){case Ae.TOUCH_ROTATE:if(this.enableRotate===!1)return;this._handleTouchMoveRotate(i),this.update();break;case Ae.TOUCH_PAN:if(this.enablePan===!1)return;this._handleTouchMovePan(i),this.update();break;case Ae.TOUCH_DOLLY_PAN:if(this.enableZoom===!1&&this.enablePan===!1)return;this._handleTouchMoveDollyPan(i),this.update();break;case Ae.TOUCH_DOLLY_ROTATE:if(this.enableZoom===!1&&this.enableRotate===!1)return;this._handleTouchMoveDollyRotate(i),this.update();break;default:this.state=Ae.NONE}}function kA(i){this.enabled!==!1&&i.preventDefault()}function BA(i){i.key==="Control"&&(this._controlActive=!0,this.domElement.ownerDocument.addEventListener("keyup",this._interceptControlUp,{passive:!0,capture:!0}))}function zA(i){i.key==="Control"&&(this._controlActive=!1,this.domElement.ownerDocument.removeEventListener("keyup",this._interceptControlUp,{passive:!0,capture:!0}))}function U_(i){let t=i.trim().replace(/Transform$/,""),e=[...t.matchAll(/To(?=[^a-z])/g)].map(r=>r.index),n=e.length===1?t.slice(0,e[0]).trim():"",s=e.length===1?t.slice(e[0]+2).trim():"";return n&&s?{frame:n,parent:s}:{frame:i,parent:""}}function F_(i){return!Array.isArray(i)||i.length!==12||!i.every(Number.isFinite)?null:[...i,0,0,0,1]}function O_(i){let t=[];for(let e of i){let{value:n}=e;if(n.shape==="pose"){let{frame:s,parent:r}=U_(e.name);t.push({key:`${e.id}`,link:e.link,arrived:e.arrived,name:e.name,frame:s,parent:r,matrix:F_(n.matrix),valid:e.valid!==!1,turned:n.turned!==!1})}else if(n.shape==="tools")for(let[s,r]of n.rows.entries()){let{frame:o,parent:a}=U_(r.name);t.push({key:`${e.id}/${s}`,link:e.link,arrived:e.arrived,name:r.name,frame:o,parent:a,matrix:F_(r.matrix),valid:[null,void 0,"OK"].includes(r.state),turned:!0})}}return t}function VA(i,t){let e=new Array(16).fill(0);for(let n=0;n<4;n+=1)for(let s=0;s<4;s+=1)for(let r=0;r<4;r+=1)e[4*n+s]+=i[4*n+r]*t[4*r+s];return e}var El=null,fu=class{constructor(t){this.newest=new Map,this.frames=new Set,this.places=new Map;for(let e of t){if(this.frames.add(e.frame),!e.matrix||!e.valid)continue;this.newest.has(e.frame)||this.newest.set(e.frame,new Map);let n=this.newest.get(e.frame);for(let s of[e.link,El])n.get(s)?.arrived>=e.arrived||n.set(s,e)}}poseOf(t,e=El){let n=this.newest.get(t);return n?.get(e)??n?.get(El)}at(t){let e=new Set,n=t;for(;n&&!this.places.has(n)&&!e.has(n);)e.add(n),n=n.parent?this.poseOf(n.parent,n.link):null;let s=this.places.get(n);for(let r of[...e].reverse())s=s?{matrix:VA(s.matrix,r.matrix),valid:s.valid&&r.valid}:{matrix:r.matrix,valid:r.valid&&!(r.parent&&this.frames.has(r.parent))},this.places.set(r,s);return this.places.get(t)}of(t,e=El){let n=this.poseOf(t,e),s=n&&this.at(n);return s?.valid?s.matrix:null}isLost(t,e=El){return this.frames.has(t)&&!this.of(t,e)}};var pu=class extends ai{constructor(t){super(t)}load(t,e,n,s){let r=this,o=new sr(this.manager);o.setPriority(this.priority),o.setCache(this.cache),o.setPath(this.path),o.setResponseType("arraybuffer"),o.setRequestHeader(this.requestHeader),o.setWithCredentials(this.withCredentials),o.load(t,function(a){try{e(r.parse(a))}catch(l){s?s(l):console.error(l),r.manager.itemError(t)}},n,s)}parse(t){function e(c){let h=new DataView(c),d=32/8*3+32/8*3*3+16/8,u=h.getUint32(80,!0);if(80+32/8+u*d===h.byteLength)return!0;let m=[115,111,108,105,100];for(let y=0;y<5;y++)if(n(m,h,y))return!1;return!0}function n(c,h,d){for(let u=0,f=c.length;u<f;u++)if(c[u]!==h.getUint8(d+u))return!1;return!0}function s(c){let h=new DataView(c),d=h.getUint32(80,!0),u,f,m,y=!1,p,g,x,M,v;for(let R=0;R<=70;R++)h.getUint32(R,!1)==1129270351&&h.getUint8(R+4)==82&&h.getUint8(R+5)==61&&(y=!0,p=new Float32Array(d*3*3),g=h.getUint8(R+6)/255,x=h.getUint8(R+7)/255,M=h.getUint8(R+8)/255,v=h.getUint8(R+9)/255);let A=84,w=50,_=new Ve,S=new Float32Array(d*3*3),I=new Float32Array(d*3*3),P=new qt;for(let R=0;R<d;R++){let U=A+R*w,k=h.getFloat32(U,!0),D=h.getFloat32(U+4,!0),G=h.getFloat32(U+8,!0);if(y){let O=h.getUint16(U+48,!0);(O&32768)===0?(u=(O&31)/31,f=(O>>5&31)/31,m=(O>>10&31)/31):(u=g,f=x,m=M)}for(let O=1;O<=3;O++){let V=U+O*12,it=R*3*3+(O-1)*3;S[it]=h.getFloat32(V,!0),S[it+1]=h.getFloat32(V+4,!0),S[it+2]=h.getFloat32(V+8,!0),I[it]=k,I[it+1]=D,I[it+2]=G,y&&(P.setRGB(u,f,m,Ce),p[it]=P.r,p[it+1]=P.g,p[it+2]=P.b)}}return _.setAttribute("position",new Je(S,3)),_.setAttribute("normal",new Je(I,3)),y&&(_.setAttribute("color",new Je(p,3)),_.hasColors=!0,_.alpha=v),_}function r(c){let h=new Ve,d=/solid([\s\S]*?)endsolid/g,u=/facet([\s\S]*?)endfacet/g,f=/solid\s(.+)/,m=0,y=/[\s]+([+-]?(?:\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?)/.source,p=new RegExp("vertex"+y+y+y,"g"),g=new RegExp("normal"+y+y+y,"g"),x=[],M=[],v=[],A=new H,w,_=0,S=0,I=0;for(;(w=d.exec(c))!==null;){S=I;let P=w[0],R=(w=f.exec(P))!==null?w[1]:"";for(v.push(R);(w=u.exec(P))!==null;){let D=0,G=0,O=w[0];for(;(w=g.exec(O))!==null;)A.x=parseFloat(w[1]),A.y=parseFloat(w[2]),A.z=parseFloat(w[3]),G++;for(;(w=p.exec(O))!==null;)x.push(parseFloat(w[1]),parseFloat(w[2]),parseFloat(w[3])),M.push(A.x,A.y,A.z),D++,I++;G!==1&&console.error("THREE.STLLoader: Something isn't right with the normal of face number "+m),D!==3&&console.error("THREE.STLLoader: Something isn't right with the vertices of face number "+m),m++}let U=S,k=I-S;h.userData.groupNames=v,h.addGroup(U,k,_),_++}return h.setAttribute("position",new ye(x,3)),h.setAttribute("normal",new ye(M,3)),h}function o(c){return typeof c!="string"?new TextDecoder().decode(c):c}function a(c){if(typeof c=="string"){let h=new Uint8Array(c.length);for(let d=0;d<c.length;d++)h[d]=c.charCodeAt(d)&255;return h.buffer||h}else return c}let l=a(t);return e(l)?s(l):r(o(t))}};var Cl=class extends rl{constructor(t){super(t)}parse(t){function e(O){switch(O.image_type){case u:case y:if(O.colormap_length>256||O.colormap_size!==24||O.colormap_type!==1)throw new Error("THREE.TGALoader: Invalid type colormap data for indexed type.");break;case f:case m:case p:case g:if(O.colormap_type)throw new Error("THREE.TGALoader: Invalid type colormap data for colormap type.");break;case d:throw new Error("THREE.TGALoader: No data.");default:throw new Error("THREE.TGALoader: Invalid type "+O.image_type)}if(O.width<=0||O.height<=0)throw new Error("THREE.TGALoader: Invalid image size.");if(O.pixel_size!==8&&O.pixel_size!==16&&O.pixel_size!==24&&O.pixel_size!==32)throw new Error("THREE.TGALoader: Invalid pixel size "+O.pixel_size)}function n(O,V,it,Y,j){let tt,ht,st=it.pixel_size>>3,q=it.width*it.height*st;if(V&&(ht=j.subarray(Y,Y+=it.colormap_length*(it.colormap_size>>3))),O){tt=new Uint8Array(q);let rt,nt,lt,gt=0,Ut=new Uint8Array(st);for(;gt<q;)if(rt=j[Y++],nt=(rt&127)+1,rt&128){for(lt=0;lt<st;++lt)Ut[lt]=j[Y++];for(lt=0;lt<nt;++lt)tt.set(Ut,gt+lt*st);gt+=st*nt}else{for(nt*=st,lt=0;lt<nt;++lt)tt[gt+lt]=j[Y++];gt+=nt}}else tt=j.subarray(Y,Y+=V?it.width*it.height:q);return{pixel_data:tt,palettes:ht}}function s(O,V,it,Y,j,tt,ht,st,q){let rt=q,nt=P.colormap_index,lt,gt=0,Ut,Jt,kt=P.width;for(Jt=V;Jt!==Y;Jt+=it)for(Ut=j;Ut!==ht;Ut+=tt,gt++)lt=st[gt]-nt,O[(Ut+kt*Jt)*4+3]=255,O[(Ut+kt*Jt)*4+2]=rt[lt*3+0],O[(Ut+kt*Jt)*4+1]=rt[lt*3+1],O[(Ut+kt*Jt)*4+0]=rt[lt*3+2];return O}function r(O,V,it,Y,j,tt,ht,st){let q,rt=0,nt,lt,gt=P.width;for(lt=V;lt!==Y;lt+=it)for(nt=j;nt!==ht;nt+=tt,rt+=2)q=st[rt+0]+(st[rt+1]<<8),O[(nt+gt*lt)*4+0]=(q&31744)>>7,O[(nt+gt*lt)*4+1]=(q&992)>>2,O[(nt+gt*lt)*4+2]=(q&31)<<3,O[(nt+gt*lt)*4+3]=q&32768?0:255;return O}function o(O,V,it,Y,j,tt,ht,st){let q=0,rt,nt,lt=P.width;for(nt=V;nt!==Y;nt+=it)for(rt=j;rt!==ht;rt+=tt,q+=3)O[(rt+lt*nt)*4+3]=255,O[(rt+lt*nt)*4+2]=st[q+0],O[(rt+lt*nt)*4+1]=st[q+1],O[(rt+lt*nt)*4+0]=st[q+2];return O}function a(O,V,it,Y,j,tt,ht,st){let q=0,rt,nt,lt=P.width;for(nt=V;nt!==Y;nt+=it)for(rt=j;rt!==ht;rt+=tt,q+=4)O[(rt+lt*nt)*4+2]=st[q+0],O[(rt+lt*nt)*4+1]=st[q+1],O[(rt+lt*nt)*4+0]=st[q+2],O[(rt+lt*nt)*4+3]=st[q+3];return O}function l(O,V,it,Y,j,tt,ht,st){let q,rt=0,nt,lt,gt=P.width;for(lt=V;lt!==Y;lt+=it)for(nt=j;nt!==ht;nt+=tt,rt++)q=st[rt],O[(nt+gt*lt)*4+0]=q,O[(nt+gt*lt)*4+1]=q,O[(nt+gt*lt)*4+2]=q,O[(nt+gt*lt)*4+3]=255;return O}function c(O,V,it,Y,j,tt,ht,st){let q=0,rt,nt,lt=P.width;for(nt=V;nt!==Y;nt+=it)for(rt=j;rt!==ht;rt+=tt,q+=2)O[(rt+lt*nt)*4+0]=st[q+0],O[(rt+lt*nt)*4+1]=st[q+0],O[(rt+lt*nt)*4+2]=st[q+0],O[(rt+lt*nt)*4+3]=st[q+1];return O}function h(O,V,it,Y,j){let tt,ht,st,q,rt,nt;switch((P.flags&x)>>M){default:case w:tt=0,st=1,rt=V,ht=0,q=1,nt=it;break;case v:tt=0,st=1,rt=V,ht=it-1,q=-1,nt=-1;break;case _:tt=V-1,st=-1,rt=-1,ht=0,q=1,nt=it;break;case A:tt=V-1,st=-1,rt=-1,ht=it-1,q=-1,nt=-1;break}if(k)switch(P.pixel_size){case 8:l(O,ht,q,nt,tt,st,rt,Y);break;case 16:c(O,ht,q,nt,tt,st,rt,Y);break;default:throw new Error("THREE.TGALoader: Format not supported.")}else switch(P.pixel_size){case 8:s(O,ht,q,nt,tt,st,rt,Y,j);break;case 16:r(O,ht,q,nt,tt,st,rt,Y);break;case 24:o(O,ht,q,nt,tt,st,rt,Y);break;case 32:a(O,ht,q,nt,tt,st,rt,Y);break;default:throw new Error("THREE.TGALoader: Format not supported.")}return O}let d=0,u=1,f=2,m=3,y=9,p=10,g=11,x=48,M=4,v=0,A=1,w=2,_=3;if(t.length<19)throw new Error("THREE.TGALoader: Not enough data to contain header.");let S=0,I=new Uint8Array(t),P={id_length:I[S++],colormap_type:I[S++],image_type:I[S++],colormap_index:I[S++]|I[S++]<<8,colormap_length:I[S++]|I[S++]<<8,colormap_size:I[S++],origin:[I[S++]|I[S++]<<8,I[S++]|I[S++]<<8],width:I[S++]|I[S++]<<8,height:I[S++]|I[S++]<<8,pixel_size:I[S++],flags:I[S++]};if(e(P),P.id_length+S>t.length)throw new Error("THREE.TGALoader: No data.");S+=P.id_length;let R=!1,U=!1,k=!1;switch(P.image_type){case y:R=!0,U=!0;break;case u:U=!0;break;case p:R=!0;break;case f:break;case g:R=!0,k=!0;break;case m:k=!0;break}let D=new Uint8Array(P.width*P.height*4),G=n(R,U,P,S,I);return h(D,P.width,P.height,G.pixel_data,G.palettes),{data:D,width:P.width,height:P.height,flipY:!0,generateMipmaps:!0,minFilter:Li}}};function ui(i,t){let e=[],n=i.childNodes;for(let s=0,r=n.length;s<r;s++){let o=n[s];o.nodeName===t&&e.push(o)}return e}function GA(i){return i.length===0?[]:i.trim().split(/\s+/)}function Zn(i){return i.length===0?[]:i.trim().split(/\s+/).map(parseFloat)}function mu(i){return i.length===0?[]:i.trim().split(/\s+/).map(t=>parseInt(t))}function kn(i){return i.substring(1)}var gu=class{constructor(){this.count=0}generateId(){return"three_default_"+this.count++}parse(t){if(t.length===0)return null;let e=new DOMParser().parseFromString(t,"application/xml"),n=ui(e,"COLLADA")[0],s=e.getElementsByTagName("parsererror")[0];if(s!==void 0){let l=ui(s,"div")[0],c;return l?c=l.textContent:c=this.parserErrorToText(s),console.error(`THREE.ColladaLoader: Failed to parse collada file.
`,c),null}let r=n.getAttribute("version");console.debug("THREE.ColladaLoader: File version",r);let o=this.parseAsset(ui(n,"asset")[0]),a={animations:{},clips:{},controllers:{},images:{},effects:{},materials:{},cameras:{},lights:{},geometries:{},nodes:{},visualScenes:{},kinematicsModels:{},physicsModels:{},kinematicsScenes:{},joints:{}};return this.library=a,this.collada=n,this.parseLibrary(n,"library_animations","animation",this.parseAnimation.bind(this)),this.parseLibrary(n,"library_animation_clips","animation_clip",this.parseAnimationClip.bind(this)),this.parseLibrary(n,"library_controllers","controller",this.parseController.bind(this)),this.parseLibrary(n,"library_images","image",this.parseImage.bind(this)),this.parseLibrary(n,"library_effects","effect",this.parseEffect.bind(this)),this.parseLibrary(n,"library_materials","material",this.parseMaterial.bind(this)),this.parseLibrary(n,"library_cameras","camera",this.parseCamera.bind(this)),this.parseLibrary(n,"library_lights","light",this.parseLight.bind(this)),this.parseLibrary(n,"library_geometries","geometry",this.parseGeometry.bind(this)),this.parseLibrary(n,"library_nodes","node",this.parseNode.bind(this)),this.parseLibrary(n,"library_visual_scenes","visual_scene",this.parseVisualScene.bind(this)),this.parseLibrary(n,"library_joints","joint",this.parseLibraryJoint.bind(this)),this.parseLibrary(n,"library_kinematics_models","kinematics_model",this.parseKinematicsModel.bind(this)),this.parseLibrary(n,"library_physics_models","physics_model",this.parsePhysicsModel.bind(this)),this.parseLibrary(n,"scene","instance_kinematics_scene",this.parseKinematicsScene.bind(this)),{library:a,asset:o,collada:n}}parserErrorToText(t){let e=[],n=[t];for(;n.length;){let s=n.shift();s.nodeType===Node.TEXT_NODE?e.push(s.textContent):(e.push(`
`),n.push(...s.childNodes))}return e.join("").trim()}parseAsset(t){return{unit:this.parseAssetUnit(ui(t,"unit")[0]),upAxis:this.parseAssetUpAxis(ui(t,"up_axis")[0])}}parseAssetUnit(t){return t!==void 0&&t.hasAttribute("meter")===!0?parseFloat(t.getAttribute("meter")):1}parseAssetUpAxis(t){return t!==void 0?t.textContent:"Y_UP"}parseLibrary(t,e,n,s){let r=ui(t,e)[0];if(r!==void 0){let o=ui(r,n);for(let a=0;a<o.length;a++)s(o[a])}}parseAnimation(t){let e={sources:{},samplers:{},channels:{}},n=!1;for(let s=0,r=t.childNodes.length;s<r;s++){let o=t.childNodes[s];if(o.nodeType!==1)continue;let a;switch(o.nodeName){case"source":a=o.getAttribute("id"),e.sources[a]=this.parseSource(o);break;case"sampler":a=o.getAttribute("id"),e.samplers[a]=this.parseAnimationSampler(o);break;case"channel":a=o.getAttribute("target"),e.channels[a]=this.parseAnimationChannel(o);break;case"animation":this.parseAnimation(o),n=!0;break;default:}}n===!1&&(this.library.animations[t.getAttribute("id")||ci.generateUUID()]=e)}parseAnimationSampler(t){let e={inputs:{}};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1&&r.nodeName==="input"){let o=kn(r.getAttribute("source")),a=r.getAttribute("semantic");e.inputs[a]=o}}return e}parseAnimationChannel(t){let e={},s=t.getAttribute("target").split("/"),r=s.shift(),o=s.shift(),a=o.indexOf("(")!==-1,l=o.indexOf(".")!==-1;if(l)s=o.split("."),o=s.shift(),e.member=s.shift();else if(a){let c=o.split("(");o=c.shift();for(let h=0;h<c.length;h++)c[h]=parseInt(c[h].replace(/\)/,""));e.indices=c}return e.id=r,e.sid=o,e.arraySyntax=a,e.memberSyntax=l,e.sampler=kn(t.getAttribute("source")),e}parseAnimationClip(t){let e={name:t.getAttribute("id")||"default",start:parseFloat(t.getAttribute("start")||0),end:parseFloat(t.getAttribute("end")||0),animations:[]};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="instance_animation"&&e.animations.push(kn(r.getAttribute("url")))}this.library.clips[t.getAttribute("id")]=e}parseController(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"skin":e.id=kn(r.getAttribute("source")),e.skin=this.parseSkin(r);break;case"morph":e.id=kn(r.getAttribute("source")),console.warn("THREE.ColladaLoader: Morph target animation not supported yet.");break}}this.library.controllers[t.getAttribute("id")]=e}parseSkin(t){let e={sources:{}};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"bind_shape_matrix":e.bindShapeMatrix=Zn(r.textContent);break;case"source":let o=r.getAttribute("id");e.sources[o]=this.parseSource(r);break;case"joints":e.joints=this.parseJoints(r);break;case"vertex_weights":e.vertexWeights=this.parseVertexWeights(r);break}}return e}parseJoints(t){let e={inputs:{}};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1&&r.nodeName==="input"){let o=r.getAttribute("semantic"),a=kn(r.getAttribute("source"));e.inputs[o]=a}}return e}parseVertexWeights(t){let e={inputs:{}};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"input":let o=r.getAttribute("semantic"),a=kn(r.getAttribute("source")),l=parseInt(r.getAttribute("offset"));e.inputs[o]={id:a,offset:l};break;case"vcount":e.vcount=mu(r.textContent);break;case"v":e.v=mu(r.textContent);break}}return e}parseImage(t){let e={init_from:ui(t,"init_from")[0].textContent};this.library.images[t.getAttribute("id")]=e}parseEffect(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="profile_COMMON"&&(e.profile=this.parseEffectProfileCOMMON(r))}this.library.effects[t.getAttribute("id")]=e}parseEffectProfileCOMMON(t){let e={surfaces:{},samplers:{}};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"newparam":this.parseEffectNewparam(r,e);break;case"technique":e.technique=this.parseEffectTechnique(r);break;case"extra":e.extra=this.parseEffectExtra(r);break}}return e}parseEffectNewparam(t,e){let n=t.getAttribute("sid");for(let s=0,r=t.childNodes.length;s<r;s++){let o=t.childNodes[s];if(o.nodeType===1)switch(o.nodeName){case"surface":e.surfaces[n]=this.parseEffectSurface(o);break;case"sampler2D":e.samplers[n]=this.parseEffectSampler(o);break}}}parseEffectSurface(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="init_from"&&(e.init_from=r.textContent)}return e}parseEffectSampler(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="source"&&(e.source=r.textContent)}return e}parseEffectTechnique(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"constant":case"lambert":case"blinn":case"phong":e.type=r.nodeName,e.parameters=this.parseEffectParameters(r);break;case"extra":e.extra=this.parseEffectExtra(r);break}}return e}parseEffectParameters(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"emission":case"diffuse":case"specular":case"bump":case"ambient":case"shininess":case"transparency":e[r.nodeName]=this.parseEffectParameter(r);break;case"transparent":e[r.nodeName]={opaque:r.hasAttribute("opaque")?r.getAttribute("opaque"):"A_ONE",data:this.parseEffectParameter(r)};break}}return e}parseEffectParameter(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"color":e[r.nodeName]=Zn(r.textContent);break;case"float":e[r.nodeName]=parseFloat(r.textContent);break;case"texture":e[r.nodeName]={id:r.getAttribute("texture"),extra:this.parseEffectParameterTexture(r)};break}}return e}parseEffectParameterTexture(t){let e={technique:{}};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="extra"&&this.parseEffectParameterTextureExtra(r,e)}return e}parseEffectParameterTextureExtra(t,e){for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="technique"&&this.parseEffectParameterTextureExtraTechnique(r,e)}}parseEffectParameterTextureExtraTechnique(t,e){for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"repeatU":case"repeatV":case"offsetU":case"offsetV":e.technique[r.nodeName]=parseFloat(r.textContent);break;case"wrapU":case"wrapV":r.textContent.toUpperCase()==="TRUE"?e.technique[r.nodeName]=1:r.textContent.toUpperCase()==="FALSE"?e.technique[r.nodeName]=0:e.technique[r.nodeName]=parseInt(r.textContent);break;case"bump":e[r.nodeName]=this.parseEffectExtraTechniqueBump(r);break}}}parseEffectExtra(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="technique"&&(e.technique=this.parseEffectExtraTechnique(r))}return e}parseEffectExtraTechnique(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"double_sided":e[r.nodeName]=parseInt(r.textContent);break;case"bump":e[r.nodeName]=this.parseEffectExtraTechniqueBump(r);break}}return e}parseEffectExtraTechniqueBump(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="texture"&&(e[r.nodeName]={id:r.getAttribute("texture"),texcoord:r.getAttribute("texcoord"),extra:this.parseEffectParameterTexture(r)})}return e}parseMaterial(t){let e={name:t.getAttribute("name")};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="instance_effect"&&(e.url=kn(r.getAttribute("url")))}this.library.materials[t.getAttribute("id")]=e}parseCamera(t){let e={name:t.getAttribute("name")};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="optics"&&(e.optics=this.parseCameraOptics(r))}this.library.cameras[t.getAttribute("id")]=e}parseCameraOptics(t){for(let e=0;e<t.childNodes.length;e++){let n=t.childNodes[e];if(n.nodeName==="technique_common")return this.parseCameraTechnique(n)}return{}}parseCameraTechnique(t){let e={};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];switch(s.nodeName){case"perspective":case"orthographic":e.technique=s.nodeName,e.parameters=this.parseCameraParameters(s);break}}return e}parseCameraParameters(t){let e={};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];switch(s.nodeName){case"xfov":case"yfov":case"xmag":case"ymag":case"znear":case"zfar":case"aspect_ratio":e[s.nodeName]=parseFloat(s.textContent);break}}return e}parseLight(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];r.nodeType===1&&r.nodeName==="technique_common"&&(e=this.parseLightTechnique(r))}this.library.lights[t.getAttribute("id")]=e}parseLightTechnique(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"directional":case"point":case"spot":case"ambient":e.technique=r.nodeName,e.parameters=this.parseLightParameters(r);break}}return e}parseLightParameters(t){let e={};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"color":let o=Zn(r.textContent);e.color=new qt().fromArray(o),le.colorSpaceToWorking(e.color,Ce);break;case"falloff_angle":e.falloffAngle=parseFloat(r.textContent);break;case"quadratic_attenuation":let a=parseFloat(r.textContent);e.distance=a?Math.sqrt(1/a):0;break}}return e}parseGeometry(t){let e={name:t.getAttribute("name"),sources:{},vertices:{},primitives:[]},n=ui(t,"mesh")[0];if(n!==void 0){for(let s=0;s<n.childNodes.length;s++){let r=n.childNodes[s];if(r.nodeType!==1)continue;let o=r.getAttribute("id");switch(r.nodeName){case"source":e.sources[o]=this.parseSource(r);break;case"vertices":e.vertices=this.parseGeometryVertices(r);break;case"polygons":case"lines":case"linestrips":case"polylist":case"triangles":e.primitives.push(this.parseGeometryPrimitive(r));break;default:}}this.library.geometries[t.getAttribute("id")]=e}}parseSource(t){let e={array:[],stride:3};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1)switch(s.nodeName){case"float_array":e.array=Zn(s.textContent);break;case"Name_array":e.array=GA(s.textContent);break;case"technique_common":let r=ui(s,"accessor")[0];r!==void 0&&(e.stride=parseInt(r.getAttribute("stride")));break}}return e}parseGeometryVertices(t){let e={};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];s.nodeType===1&&(e[s.getAttribute("semantic")]=kn(s.getAttribute("source")))}return e}parseGeometryPrimitive(t){let e={type:t.nodeName,material:t.getAttribute("material"),count:parseInt(t.getAttribute("count")),inputs:{},stride:0,hasUV:!1};for(let n=0,s=t.childNodes.length;n<s;n++){let r=t.childNodes[n];if(r.nodeType===1)switch(r.nodeName){case"input":let o=kn(r.getAttribute("source")),a=r.getAttribute("semantic"),l=parseInt(r.getAttribute("offset")),c=parseInt(r.getAttribute("set")),h=c>0?a+c:a;e.inputs[h]={id:o,offset:l},e.stride=Math.max(e.stride,l+1),a==="TEXCOORD"&&(e.hasUV=!0);break;case"vcount":e.vcount=mu(r.textContent);break;case"p":e.p=mu(r.textContent);break}}return e.type==="polygons"&&(e.vcount=[e.p.length/e.stride]),e}parseLibraryJoint(t){this.library.joints[t.getAttribute("id")]=this.parseKinematicsJoint(t)}parseKinematicsModel(t){let e={name:t.getAttribute("name")||"",joints:{},links:[]};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];s.nodeType===1&&s.nodeName==="technique_common"&&this.parseKinematicsTechniqueCommon(s,e)}this.library.kinematicsModels[t.getAttribute("id")]=e}parseKinematicsTechniqueCommon(t,e){for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1)switch(s.nodeName){case"joint":e.joints[s.getAttribute("sid")]=this.parseKinematicsJoint(s);break;case"instance_joint":e.joints[s.getAttribute("sid")]=this.library.joints[kn(s.getAttribute("url"))];break;case"link":e.links.push(this.parseKinematicsLink(s));break}}}parseKinematicsJoint(t){let e;for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1)switch(s.nodeName){case"prismatic":case"revolute":e=this.parseKinematicsJointParameter(s);break}}return e}parseKinematicsJointParameter(t){let e={sid:t.getAttribute("sid"),name:t.getAttribute("name")||"",axis:new H,limits:{min:0,max:0},type:t.nodeName,static:!1,zeroPosition:0,middlePosition:0};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1)switch(s.nodeName){case"axis":let r=Zn(s.textContent);e.axis.fromArray(r);break;case"limits":let o=s.getElementsByTagName("max")[0],a=s.getElementsByTagName("min")[0];e.limits.max=parseFloat(o.textContent),e.limits.min=parseFloat(a.textContent);break}}return e.limits.min>=e.limits.max&&(e.static=!0),e.middlePosition=(e.limits.min+e.limits.max)/2,e}parseKinematicsLink(t){let e={sid:t.getAttribute("sid"),name:t.getAttribute("name")||"",attachments:[],transforms:[]};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1)switch(s.nodeName){case"attachment_full":e.attachments.push(this.parseKinematicsAttachment(s));break;case"matrix":case"translate":case"rotate":e.transforms.push(this.parseKinematicsTransform(s));break}}return e}parseKinematicsAttachment(t){let e={joint:t.getAttribute("joint").split("/").pop(),transforms:[],links:[]};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1)switch(s.nodeName){case"link":e.links.push(this.parseKinematicsLink(s));break;case"matrix":case"translate":case"rotate":e.transforms.push(this.parseKinematicsTransform(s));break}}return e}parseKinematicsTransform(t){let e={type:t.nodeName},n=Zn(t.textContent);switch(e.type){case"matrix":e.obj=new $t,e.obj.fromArray(n).transpose();break;case"translate":e.obj=new H,e.obj.fromArray(n);break;case"rotate":e.obj=new H,e.obj.fromArray(n),e.angle=ci.degToRad(n[3]);break}return e}parsePhysicsModel(t){let e={name:t.getAttribute("name")||"",rigidBodies:{}};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];s.nodeType===1&&s.nodeName==="rigid_body"&&(e.rigidBodies[s.getAttribute("name")]={},this.parsePhysicsRigidBody(s,e.rigidBodies[s.getAttribute("name")]))}this.library.physicsModels[t.getAttribute("id")]=e}parsePhysicsRigidBody(t,e){for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];s.nodeType===1&&s.nodeName==="technique_common"&&this.parsePhysicsTechniqueCommon(s,e)}}parsePhysicsTechniqueCommon(t,e){for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1)switch(s.nodeName){case"inertia":e.inertia=Zn(s.textContent);break;case"mass":e.mass=Zn(s.textContent)[0];break}}}parseKinematicsScene(t){let e={bindJointAxis:[]};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];s.nodeType===1&&s.nodeName==="bind_joint_axis"&&e.bindJointAxis.push(this.parseKinematicsBindJointAxis(s))}this.library.kinematicsScenes[kn(t.getAttribute("url"))]=e}parseKinematicsBindJointAxis(t){let e={target:t.getAttribute("target").split("/").pop()};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];if(s.nodeType===1&&s.nodeName==="axis"){let r=s.getElementsByTagName("param")[0];e.axis=r.textContent;let o=e.axis.split("inst_").pop().split("axis")[0];e.jointIndex=o.substring(0,o.length-1)}}return e}prepareNodes(t){let e=t.getElementsByTagName("node");for(let n=0;n<e.length;n++){let s=e[n];s.hasAttribute("id")===!1&&s.setAttribute("id",this.generateId())}}parseNode(t){let e=new $t,n=new H,s={name:t.getAttribute("name")||"",type:t.getAttribute("type"),id:t.getAttribute("id"),sid:t.getAttribute("sid"),matrix:new $t,nodes:[],instanceCameras:[],instanceControllers:[],instanceLights:[],instanceGeometries:[],instanceNodes:[],transforms:{},transformData:{},transformOrder:[]};for(let r=0;r<t.childNodes.length;r++){let o=t.childNodes[r];if(o.nodeType!==1)continue;let a;switch(o.nodeName){case"node":s.nodes.push(o.getAttribute("id")),this.parseNode(o);break;case"instance_camera":s.instanceCameras.push(kn(o.getAttribute("url")));break;case"instance_controller":s.instanceControllers.push(this.parseNodeInstance(o));break;case"instance_light":s.instanceLights.push(kn(o.getAttribute("url")));break;case"instance_geometry":s.instanceGeometries.push(this.parseNodeInstance(o));break;case"instance_node":s.instanceNodes.push(kn(o.getAttribute("url")));break;case"matrix":a=Zn(o.textContent),s.matrix.multiply(e.fromArray(a).transpose());{let l=o.getAttribute("sid");s.transforms[l]=o.nodeName,s.transformData[l]={type:"matrix",array:a},s.transformOrder.push(l)}break;case"translate":a=Zn(o.textContent),n.fromArray(a),s.matrix.multiply(e.makeTranslation(n.x,n.y,n.z));{let l=o.getAttribute("sid");s.transforms[l]=o.nodeName,s.transformData[l]={type:"translate",x:a[0],y:a[1],z:a[2]},s.transformOrder.push(l)}break;case"rotate":a=Zn(o.textContent);{let l=ci.degToRad(a[3]);s.matrix.multiply(e.makeRotationAxis(n.fromArray(a),l));let c=o.getAttribute("sid");s.transforms[c]=o.nodeName,s.transformData[c]={type:"rotate",axis:[a[0],a[1],a[2]],angle:a[3]},s.transformOrder.push(c)}break;case"scale":a=Zn(o.textContent),s.matrix.scale(n.fromArray(a));{let l=o.getAttribute("sid");s.transforms[l]=o.nodeName,s.transformData[l]={type:"scale",x:a[0],y:a[1],z:a[2]},s.transformOrder.push(l)}break;case"extra":break;default:}}return this.hasNode(s.id)?console.warn("THREE.ColladaLoader: There is already a node with ID %s. Exclude current node from further processing.",s.id):this.library.nodes[s.id]=s,s}parseNodeInstance(t){let e={id:kn(t.getAttribute("url")),materials:{},skeletons:[]};for(let n=0;n<t.childNodes.length;n++){let s=t.childNodes[n];switch(s.nodeName){case"bind_material":let r=s.getElementsByTagName("instance_material");for(let o=0;o<r.length;o++){let a=r[o],l=a.getAttribute("symbol"),c=a.getAttribute("target");e.materials[l]=kn(c)}break;case"skeleton":e.skeletons.push(kn(s.textContent));break;default:break}}return e}parseVisualScene(t){let e={name:t.getAttribute("name"),children:[]};this.prepareNodes(t);let n=ui(t,"node");for(let s=0;s<n.length;s++)e.children.push(this.parseNode(n[s]));this.library.visualScenes[t.getAttribute("id")]=e}hasNode(t){return this.library.nodes[t]!==void 0}};var _u=class{constructor(t,e,n,s){this.library=t,this.collada=e,this.textureLoader=n,this.tgaLoader=s,this.tempColor=new qt,this.animations=[],this.kinematics={},this.position=new H,this.scale=new H,this.quaternion=new Qe,this.matrix=new $t,this.deferredPivotAnimations={},this.transformNodes={}}compose(){let t=this.library;this.buildLibrary(t.animations,this.buildAnimation.bind(this)),this.buildLibrary(t.clips,this.buildAnimationClip.bind(this)),this.buildLibrary(t.controllers,this.buildController.bind(this)),this.buildLibrary(t.images,this.buildImage.bind(this)),this.buildLibrary(t.effects,this.buildEffect.bind(this)),this.buildLibrary(t.materials,this.buildMaterial.bind(this)),this.buildLibrary(t.cameras,this.buildCamera.bind(this)),this.buildLibrary(t.lights,this.buildLight.bind(this)),this.buildLibrary(t.geometries,this.buildGeometry.bind(this)),this.buildLibrary(t.visualScenes,this.buildVisualScene.bind(this)),this.setupAnimations(),this.setupKinematics();let e=this.parseScene(ui(this.collada,"scene")[0]);return e.animations=this.animations,{scene:e,animations:this.animations,kinematics:this.kinematics}}buildLibrary(t,e){for(let n in t){let s=t[n];s.build=e(t[n])}}getBuild(t,e){return t.build!==void 0||(t.build=e(t)),t.build}isEmpty(t){return Object.keys(t).length===0}buildAnimation(t){let e=[],n=t.channels,s=t.samplers,r=t.sources,o=this.aggregateAnimationChannels(n,s,r);for(let a in o){let l=this.library.nodes[a];if(!l)continue;let c=o[a];if(this.hasPivotTransforms(l))this.collectDeferredPivotAnimation(a,c);else{let h=this.getNode(a),d=!1;for(let u in c){let f=l.transforms[u],m=l.transformData[u],y=c[u];switch(f){case"matrix":this.buildMatrixTracks(h,y,l,e);break;case"translate":this.buildTranslateTrack(h,y,m,e);break;case"rotate":d||(this.buildRotateTrack(h,u,y,m,l,e),d=!0);break;case"scale":this.buildScaleTrack(h,y,m,e);break}}}}return e}collectDeferredPivotAnimation(t,e){this.deferredPivotAnimations[t]||(this.deferredPivotAnimations[t]={});let n=this.deferredPivotAnimations[t];for(let s in e){n[s]||(n[s]={});for(let r in e[s])n[s][r]=e[s][r]}}hasPivotTransforms(t){let e=["rotatePivot","rotatePivotInverse","rotatePivotTranslation","scalePivot","scalePivotInverse","scalePivotTranslation"];for(let n of e)if(t.transforms[n]!==void 0)return!0;return!1}getAnimation(t){return this.getBuild(this.library.animations[t],this.buildAnimation.bind(this))}aggregateAnimationChannels(t,e,n){let s={};for(let r in t){if(!t.hasOwnProperty(r))continue;let o=t[r],a=e[o.sampler],l=a.inputs.INPUT,c=a.inputs.OUTPUT,h=n[l],d=n[c],u=a.inputs.INTERPOLATION,f=a.inputs.IN_TANGENT,m=a.inputs.OUT_TANGENT,y=u?n[u]:null,p=f?n[f]:null,g=m?n[m]:null,x=o.id,M=o.sid,v=o.member||"default";s[x]||(s[x]={}),s[x][M]||(s[x][M]={}),s[x][M][v]={times:h.array,values:d.array,stride:d.stride,arraySyntax:o.arraySyntax,indices:o.indices,interpolation:y?y.array:null,inTangent:p?p.array:null,outTangent:g?g.array:null,inTangentStride:p?p.stride:0,outTangentStride:g?g.stride:0}}return s}buildMatrixTracks(t,e,n,s){let r=n.matrix.clone().transpose(),o={};for(let c in e){let h=e[c],d=h.times,u=h.values,f=h.stride;for(let m=0,y=d.length;m<y;m++){let p=d[m],g=m*f;if(o[p]===void 0&&(o[p]={}),h.arraySyntax===!0){let x=u[g],M=h.indices[0]+4*h.indices[1];o[p][M]=x}else for(let x=0;x<f;x++)o[p][x]=u[g+x]}}let a=this.prepareAnimationData(o,r),l={name:t.uuid,keyframes:a};this.createKeyframeTracks(l,s)}buildTranslateTrack(t,e,n,s){if(e.default&&e.default.stride===3){let c=e.default,h=Array.from(c.times),d=Array.from(c.values),u=new Yn(t.uuid+".position",h,d),f=this.getInterpolationInfo(e);this.applyInterpolation(u,f,e),s.push(u);return}let r=this.getTimesForAllAxes(e);if(r.length===0)return;let o=[],a=this.getInterpolationInfo(e);for(let c=0;c<r.length;c++){let h=r[c],d=this.getValueAtTime(e.X,h,n.x),u=this.getValueAtTime(e.Y,h,n.y),f=this.getValueAtTime(e.Z,h,n.z);o.push(d,u,f)}let l=new Yn(t.uuid+".position",r,o);this.applyInterpolation(l,a),s.push(l)}buildRotateTrack(t,e,n,s,r,o){let a=n.ANGLE||n.default;if(!a)return;let l=Array.from(a.times);if(l.length===0)return;let c=[];for(let p of r.transformOrder)if(r.transforms[p]==="rotate"){let x=r.transformData[p];c.push({sid:p,axis:new H(x.axis[0],x.axis[1],x.axis[2]),defaultAngle:x.angle})}let h=new Qe,d=new Qe,u=new Qe,f=[],m=this.getInterpolationInfo(n);for(let p=0;p<l.length;p++){let g=l[p];h.identity();for(let x of c){let M;x.sid===e?M=this.getValueAtTime(a,g,x.defaultAngle):M=x.defaultAngle;let v=ci.degToRad(M);u.setFromAxisAngle(x.axis,v),h.multiply(u)}p>0&&d.dot(h)<0&&(h.x=-h.x,h.y=-h.y,h.z=-h.z,h.w=-h.w),d.copy(h),f.push(h.x,h.y,h.z,h.w)}let y=new ls(t.uuid+".quaternion",l,f);this.applyInterpolation(y,m),o.push(y)}buildScaleTrack(t,e,n,s){if(e.default&&e.default.stride===3){let c=e.default,h=Array.from(c.times),d=Array.from(c.values),u=new Yn(t.uuid+".scale",h,d),f=this.getInterpolationInfo(e);this.applyInterpolation(u,f,e),s.push(u);return}let r=this.getTimesForAllAxes(e);if(r.length===0)return;let o=[],a=this.getInterpolationInfo(e);for(let c=0;c<r.length;c++){let h=r[c],d=this.getValueAtTime(e.X,h,n.x),u=this.getValueAtTime(e.Y,h,n.y),f=this.getValueAtTime(e.Z,h,n.z);o.push(d,u,f)}let l=new Yn(t.uuid+".scale",r,o);this.applyInterpolation(l,a),s.push(l)}getTimesForAllAxes(t){let e=[];return t.X&&(e=e.concat(Array.from(t.X.times))),t.Y&&(e=e.concat(Array.from(t.Y.times))),t.Z&&(e=e.concat(Array.from(t.Z.times))),t.ANGLE&&(e=e.concat(Array.from(t.ANGLE.times))),t.default&&(e=e.concat(Array.from(t.default.times))),e=[...new Set(e)].sort((n,s)=>n-s),e}getValueAtTime(t,e,n){if(!t)return n;let s=t.times,r=t.values,o=t.interpolation;for(let a=0;a<s.length;a++){if(s[a]===e)return r[a];if(s[a]>e){if(a===0)return r[0];let l=a-1,c=a,h=s[l],d=s[c],u=r[l],f=r[c],m=o?o[l]:"LINEAR";if(m==="STEP")return u;if(m==="BEZIER"&&t.inTangent&&t.outTangent)return this.evaluateBezierComponent(t,l,c,h,d,e);{let y=(e-h)/(d-h);return u+y*(f-u)}}}return r[r.length-1]}evaluateBezierComponent(t,e,n,s,r,o){let a=t.values,l=t.inTangent,c=t.outTangent,h=t.inTangentStride||1,d=a[e],u=a[n],f,m,y,p;h===2?(f=c[e*2],m=c[e*2+1],y=l[n*2],p=l[n*2+1]):(f=s+(r-s)/3,m=c[e],y=r-(r-s)/3,p=l[n]);let g=(o-s)/(r-s);for(let _=0;_<8;_++){let S=g*g,I=S*g,P=1-g,R=P*P,k=R*P*s+3*R*g*f+3*P*S*y+I*r,D=3*R*(f-s)+6*P*g*(y-f)+3*S*(r-y);if(Math.abs(D)<1e-10)break;let G=k-o;if(Math.abs(G)<1e-10)break;g=g-G/D,g=Math.max(0,Math.min(1,g))}let x=g*g,M=x*g,v=1-g,A=v*v;return A*v*d+3*A*g*m+3*v*x*p+M*u}getInterpolationInfo(t){let e=["X","Y","Z","ANGLE","default"],n=null,s=!0;for(let r of e){let o=t[r];if(!o||!o.interpolation)continue;let a=o.interpolation;for(let l=0;l<a.length;l++){let c=a[l];n===null?n=c:c!==n&&(s=!1)}}return{type:n||"LINEAR",uniform:s}}applyInterpolation(t,e,n=null){if(e.type==="STEP"&&e.uniform)t.setInterpolation(Ar);else if(e.type==="BEZIER"&&e.uniform&&n){let s=n.default;s&&s.inTangent&&s.outTangent&&(t.setInterpolation(Ba),t.settings={inTangents:new Float32Array(s.inTangent),outTangents:new Float32Array(s.outTangent)})}}prepareAnimationData(t,e){let n=[];for(let s in t)n.push({time:parseFloat(s),value:t[s]});n.sort((s,r)=>s.time-r.time);for(let s=0;s<16;s++)this.transformAnimationData(n,s,e.elements[s]);return n}createKeyframeTracks(t,e){let n=t.keyframes,s=t.name,r=[],o=[],a=[],l=[],c=this.position,h=this.quaternion,d=this.scale,u=this.matrix;for(let f=0,m=n.length;f<m;f++){let y=n[f],p=y.time,g=y.value;u.fromArray(g).transpose(),u.decompose(c,h,d),r.push(p),o.push(c.x,c.y,c.z),a.push(h.x,h.y,h.z,h.w),l.push(d.x,d.y,d.z)}return o.length>0&&e.push(new Yn(s+".position",r,o)),a.length>0&&e.push(new ls(s+".quaternion",r,a)),l.length>0&&e.push(new Yn(s+".scale",r,l)),e}transformAnimationData(t,e,n){let s,r=!0,o,a;for(o=0,a=t.length;o<a;o++)s=t[o],s.value[e]===void 0?s.value[e]=null:r=!1;if(r===!0)for(o=0,a=t.length;o<a;o++)s=t[o],s.value[e]=n;else this.createMissingKeyframes(t,e)}createMissingKeyframes(t,e){let n,s;for(let r=0,o=t.length;r<o;r++){let a=t[r];if(a.value[e]===null){if(n=this.getPrev(t,r,e),s=this.getNext(t,r,e),n===null){a.value[e]=s.value[e];continue}if(s===null){a.value[e]=n.value[e];continue}this.interpolate(a,n,s,e)}}}getPrev(t,e,n){for(;e>=0;){let s=t[e];if(s.value[n]!==null)return s;e--}return null}getNext(t,e,n){for(;e<t.length;){let s=t[e];if(s.value[n]!==null)return s;e++}return null}interpolate(t,e,n,s){if(n.time-e.time===0){t.value[s]=e.value[s];return}t.value[s]=(t.time-e.time)*(n.value[s]-e.value[s])/(n.time-e.time)+e.value[s]}buildAnimationClip(t){let e=[],n=t.name,s=t.end-t.start||-1,r=t.animations;for(let o=0,a=r.length;o<a;o++){let l=this.getAnimation(r[o]);for(let c=0,h=l.length;c<h;c++)e.push(l[c])}return new Jo(n,s,e)}getAnimationClip(t){return this.getBuild(this.library.clips[t],this.buildAnimationClip.bind(this))}buildController(t){let e={id:t.id},n=this.library.geometries[e.id];return t.skin!==void 0&&(e.skin=this.buildSkin(t.skin),n.sources.skinIndices=e.skin.indices,n.sources.skinWeights=e.skin.weights),e}buildSkin(t){let n={joints:[],indices:{array:[],stride:4},weights:{array:[],stride:4}},s=t.sources,r=t.vertexWeights,o=r.vcount,a=r.v,l=r.inputs.JOINT.offset,c=r.inputs.WEIGHT.offset,h=t.sources[t.joints.inputs.JOINT],d=t.sources[t.joints.inputs.INV_BIND_MATRIX],u=s[r.inputs.WEIGHT.id].array,f=0,m,y,p;for(m=0,p=o.length;m<p;m++){let x=o[m],M=[];for(y=0;y<x;y++){let v=a[f+l],A=a[f+c],w=u[A];M.push({index:v,weight:w}),f+=2}for(M.sort(g),y=0;y<4;y++){let v=M[y];v!==void 0?(n.indices.array.push(v.index),n.weights.array.push(v.weight)):(n.indices.array.push(0),n.weights.array.push(0))}}for(t.bindShapeMatrix?n.bindMatrix=new $t().fromArray(t.bindShapeMatrix).transpose():n.bindMatrix=new $t().identity(),m=0,p=h.array.length;m<p;m++){let x=h.array[m],M=new $t().fromArray(d.array,m*d.stride).transpose();n.joints.push({name:x,boneInverse:M})}return n;function g(x,M){return M.weight-x.weight}}getController(t){return this.getBuild(this.library.controllers[t],this.buildController.bind(this))}buildImage(t){return t.build!==void 0?t.build:t.init_from}getImage(t){let e=this.library.images[t];return e!==void 0?this.getBuild(e,this.buildImage.bind(this)):(console.warn("THREE.ColladaLoader: Couldn't find image with ID:",t),null)}buildEffect(t){return t}getEffect(t){return this.getBuild(this.library.effects[t],this.buildEffect.bind(this))}getTextureLoader(t){let e,n=t.slice((t.lastIndexOf(".")-1>>>0)+2);return n=n.toLowerCase(),n==="tga"?e=this.tgaLoader:e=this.textureLoader,e}buildMaterial(t){let e=this.getEffect(t.url),n=e.profile.technique,s;switch(n.type){case"phong":case"blinn":s=new os;break;case"lambert":s=new as;break;default:s=new qi;break}s.name=t.name||"";let r=this;function o(h,d=null){let u=e.profile.samplers[h.id],f=null;if(u!==void 0){let m=e.profile.surfaces[u.source];f=r.getImage(m.init_from)}else console.warn("THREE.ColladaLoader: Undefined sampler. Access image directly (see #12530)."),f=r.getImage(h.id);if(f!==null){let m=r.getTextureLoader(f);if(m!==void 0){let y=m.load(f),p=h.extra;if(p!==void 0&&p.technique!==void 0&&r.isEmpty(p.technique)===!1){let g=p.technique;y.wrapS=g.wrapU?Cs:ii,y.wrapT=g.wrapV?Cs:ii,y.offset.set(g.offsetU||0,g.offsetV||0),y.repeat.set(g.repeatU||1,g.repeatV||1)}else y.wrapS=Cs,y.wrapT=Cs;return d!==null&&(y.colorSpace=d),y}else return console.warn("THREE.ColladaLoader: Loader for texture %s not found.",f),null}else return console.warn("THREE.ColladaLoader: Couldn't create texture with ID:",h.id),null}let a=n.parameters;for(let h in a){let d=a[h];switch(h){case"diffuse":d.color&&s.color.fromArray(d.color),d.texture&&(s.map=o(d.texture,Ce));break;case"specular":d.color&&s.specular&&s.specular.fromArray(d.color),d.texture&&(s.specularMap=o(d.texture));break;case"bump":d.texture&&(s.normalMap=o(d.texture));break;case"ambient":d.texture&&(s.lightMap=o(d.texture,Ce));break;case"shininess":d.float&&s.shininess&&(s.shininess=d.float);break;case"emission":d.color&&s.emissive&&s.emissive.fromArray(d.color),d.texture&&(s.emissiveMap=o(d.texture,Ce));break}}le.colorSpaceToWorking(s.color,Ce),s.specular&&le.colorSpaceToWorking(s.specular,Ce),s.emissive&&le.colorSpaceToWorking(s.emissive,Ce);let l=a.transparent,c=a.transparency;if(c===void 0&&l&&(c={float:1}),l===void 0&&c&&(l={opaque:"A_ONE",data:{color:[1,1,1,1]}}),l&&c)if(l.data.texture)s.transparent=!0;else{let h=l.data.color;switch(l.opaque){case"A_ONE":s.opacity=h[3]*c.float;break;case"RGB_ZERO":s.opacity=1-h[0]*c.float;break;case"A_ZERO":s.opacity=1-h[3]*c.float;break;case"RGB_ONE":s.opacity=h[0]*c.float;break;default:console.warn('THREE.ColladaLoader: Invalid opaque type "%s" of transparent tag.',l.opaque)}s.opacity<1&&(s.transparent=!0)}if(n.extra!==void 0&&n.extra.technique!==void 0){let h=n.extra.technique;for(let d in h){let u=h[d];switch(d){case"double_sided":s.side=u===1?Vn:cs;break;case"bump":s.normalMap=o(u.texture),s.normalScale=new Ht(1,1);break}}}return s}getMaterial(t){return this.getBuild(this.library.materials[t],this.buildMaterial.bind(this))}buildCamera(t){let e;switch(t.optics.technique){case"perspective":e=new un(t.optics.parameters.yfov,t.optics.parameters.aspect_ratio,t.optics.parameters.znear,t.optics.parameters.zfar);break;case"orthographic":let n=t.optics.parameters.ymag,s=t.optics.parameters.xmag,r=t.optics.parameters.aspect_ratio;s=s===void 0?n*r:s,n=n===void 0?s/r:n,s*=.5,n*=.5,e=new Dr(-s,s,n,-n,t.optics.parameters.znear,t.optics.parameters.zfar);break;default:e=new un;break}return e.name=t.name||"",e}getCamera(t){let e=this.library.cameras[t];return e!==void 0?this.getBuild(e,this.buildCamera.bind(this)):(console.warn("THREE.ColladaLoader: Couldn't find camera with ID:",t),null)}buildLight(t){let e;switch(t.technique){case"directional":e=new Ur;break;case"point":e=new ll;break;case"spot":e=new al;break;case"ambient":e=new Fr;break}return t.parameters.color&&e.color.copy(t.parameters.color),t.parameters.distance&&(e.distance=t.parameters.distance),t.parameters.falloffAngle&&(e.angle=ci.degToRad(t.parameters.falloffAngle)),e}getLight(t){let e=this.library.lights[t];return e!==void 0?this.getBuild(e,this.buildLight.bind(this)):(console.warn("THREE.ColladaLoader: Couldn't find light with ID:",t),null)}groupPrimitives(t){let e={};for(let n=0;n<t.length;n++){let s=t[n];e[s.type]===void 0&&(e[s.type]=[]),e[s.type].push(s)}return e}checkUVCoordinates(t){let e=0;for(let n=0,s=t.length;n<s;n++)t[n].hasUV===!0&&e++;e>0&&e<t.length&&(t.uvsNeedsFix=!0)}buildGeometry(t){let e={},n=t.sources,s=t.vertices,r=t.primitives;if(r.length===0)return{};let o=this.groupPrimitives(r);for(let a in o){let l=o[a];this.checkUVCoordinates(l),e[a]=this.buildGeometryType(l,n,s)}return e}buildGeometryType(t,e,n){let s={},r={array:[],stride:0},o={array:[],stride:0},a={array:[],stride:0},l={array:[],stride:0},c={array:[],stride:0},h={array:[],stride:4},d={array:[],stride:4},u=new Ve,f=[],m=0;for(let y=0;y<t.length;y++){let p=t[y],g=p.inputs,x=0;switch(p.type){case"lines":case"linestrips":x=p.count*2;break;case"triangles":x=p.count*3;break;case"polygons":case"polylist":for(let M=0;M<p.count;M++){let v=p.vcount[M];switch(v){case 3:x+=3;break;case 4:x+=6;break;default:x+=(v-2)*3;break}}break;default:console.warn("THREE.ColladaLoader: Unknown primitive type:",p.type)}u.addGroup(m,x,y),m+=x,p.material&&f.push(p.material),p.positionSource=e[n.POSITION],p.positionOffset=g.VERTEX.offset;for(let M in g){let v=g[M];switch(M){case"VERTEX":for(let A in n){let w=n[A];switch(A){case"POSITION":let _=r.array.length;if(this.buildGeometryData(p,e[w],v.offset,r.array),r.stride=e[w].stride,e.skinWeights&&e.skinIndices&&(this.buildGeometryData(p,e.skinIndices,v.offset,h.array),this.buildGeometryData(p,e.skinWeights,v.offset,d.array)),p.hasUV===!1&&t.uvsNeedsFix===!0){let S=(r.array.length-_)/r.stride;for(let I=0;I<S;I++)a.array.push(0,0)}break;case"NORMAL":this.buildGeometryData(p,e[w],v.offset,o.array),o.stride=e[w].stride;break;case"COLOR":this.buildGeometryData(p,e[w],v.offset,c.array,!0),c.stride=e[w].stride;break;case"TEXCOORD":this.buildGeometryData(p,e[w],v.offset,a.array),a.stride=e[w].stride;break;case"TEXCOORD1":this.buildGeometryData(p,e[w],v.offset,l.array),a.stride=e[w].stride;break;default:console.warn('THREE.ColladaLoader: Semantic "%s" not handled in geometry build process.',A)}}break;case"NORMAL":this.buildGeometryData(p,e[v.id],v.offset,o.array),o.stride=e[v.id].stride;break;case"COLOR":this.buildGeometryData(p,e[v.id],v.offset,c.array,!0),c.stride=e[v.id].stride;break;case"TEXCOORD":this.buildGeometryData(p,e[v.id],v.offset,a.array),a.stride=e[v.id].stride;break;case"TEXCOORD1":this.buildGeometryData(p,e[v.id],v.offset,l.array),l.stride=e[v.id].stride;break}}}return r.array.length>0&&u.setAttribute("position",new ye(r.array,r.stride)),o.array.length>0&&u.setAttribute("normal",new ye(o.array,o.stride)),c.array.length>0&&u.setAttribute("color",new ye(c.array,c.stride)),a.array.length>0&&u.setAttribute("uv",new ye(a.array,a.stride)),l.array.length>0&&u.setAttribute("uv1",new ye(l.array,l.stride)),h.array.length>0&&u.setAttribute("skinIndex",new ye(h.array,h.stride)),d.array.length>0&&u.setAttribute("skinWeight",new ye(d.array,d.stride)),s.data=u,s.type=t[0].type,s.materialKeys=f,s}buildGeometryData(t,e,n,s,r=!1){let o=t.p,a=t.stride,l=t.vcount,c=t.positionSource,h=t.positionOffset,d=this.tempColor;function u(y){let p=o[y+n]*m,g=p+m;for(;p<g;p++)s.push(f[p]);if(r){let x=s.length-m;d.setRGB(s[x+0],s[x+1],s[x+2],Ce),s[x+0]=d.r,s[x+1]=d.g,s[x+2]=d.b}}let f=e.array,m=e.stride;if(t.vcount!==void 0){let y=0;for(let p=0,g=l.length;p<g;p++){let x=l[p];if(x===4){let M=y+a*0,v=y+a*1,A=y+a*2,w=y+a*3;u(M),u(v),u(w),u(v),u(A),u(w)}else if(x===3){let M=y+a*0,v=y+a*1,A=y+a*2;u(M),u(v),u(A)}else if(x>4){let M=[];for(let I=0;I<x;I++){let P=y+a*I+h,R=o[P]*c.stride,U=c.array[R],k=c.array[R+1],D=c.array[R+2];M.push(new H(U,k,D))}let v=new H,A=new Wi;A.a=M[0],A.b=M[1],A.c=M[2],A.getNormal(v);let w=[];if(Math.abs(v.x)>Math.abs(v.y)&&Math.abs(v.x)>Math.abs(v.z))for(let I=0;I<x;I++)w.push(new Ht(M[I].y,M[I].z));else if(Math.abs(v.y)>Math.abs(v.z))for(let I=0;I<x;I++)w.push(new Ht(M[I].x,M[I].z));else for(let I=0;I<x;I++)w.push(new Ht(M[I].x,M[I].y));let _=$o.isClockWise(w);_===!0&&w.reverse();let S=$o.triangulateShape(w,[]);for(let I=0;I<S.length;I++){let P=S[I],R,U,k;_===!1?(R=P[0],U=P[1],k=P[2]):(R=x-1-P[0],U=x-1-P[2],k=x-1-P[1]);let D=y+a*R,G=y+a*U,O=y+a*k;u(D),u(G),u(O)}}y+=a*x}}else for(let y=0,p=o.length;y<p;y+=a)u(y)}getGeometry(t){return this.getBuild(this.library.geometries[t],this.buildGeometry.bind(this))}buildKinematicsModel(t){return t.build!==void 0?t.build:t}getKinematicsModel(t){return this.getBuild(this.library.kinematicsModels[t],this.buildKinematicsModel.bind(this))}buildKinematicsScene(t){return t.build!==void 0?t.build:t}getKinematicsScene(t){return this.getBuild(this.library.kinematicsScenes[t],this.buildKinematicsScene.bind(this))}setupKinematics(){let t=Object.keys(this.library.kinematicsModels)[0],e=Object.keys(this.library.kinematicsScenes)[0],n=Object.keys(this.library.visualScenes)[0];if(t===void 0||e===void 0)return;let s=this.getKinematicsModel(t),r=this.getKinematicsScene(e),o=this.getVisualScene(n),a=r.bindJointAxis,l={},c=this.collada,h=this;for(let m=0,y=a.length;m<y;m++){let p=a[m],g=c.querySelector('[sid="'+p.target+'"]');if(g){let x=g.parentElement;d(p.jointIndex,x)}}function d(m,y){let p=y.getAttribute("name"),g=s.joints[m],x=h.buildTransformList(y);o.traverse(function(M){M.name===p&&(l[m]={object:M,transforms:x,joint:g,position:g.zeroPosition})})}let u=new $t,f=this.matrix;this.kinematics={joints:s&&s.joints,getJointValue:function(m){let y=l[m];if(y)return y.position;console.warn("THREE.ColladaLoader: Joint "+m+" doesn't exist.")},setJointValue:function(m,y){let p=l[m];if(p){let g=p.joint;if(y>g.limits.max||y<g.limits.min)console.warn("THREE.ColladaLoader: Joint "+m+" value "+y+" outside of limits (min: "+g.limits.min+", max: "+g.limits.max+").");else if(g.static)console.warn("THREE.ColladaLoader: Joint "+m+" is static.");else{let x=p.object,M=g.axis,v=p.transforms;f.identity();for(let A=0;A<v.length;A++){let w=v[A];if(w.sid&&w.sid.indexOf(m)!==-1)switch(g.type){case"revolute":f.multiply(u.makeRotationAxis(M,ci.degToRad(y)));break;case"prismatic":f.multiply(u.makeTranslation(M.x*y,M.y*y,M.z*y));break;default:console.warn("THREE.ColladaLoader: Unknown joint type: "+g.type);break}else switch(w.type){case"matrix":f.multiply(w.obj);break;case"translate":f.multiply(u.makeTranslation(w.obj.x,w.obj.y,w.obj.z));break;case"scale":f.scale(w.obj);break;case"rotate":f.multiply(u.makeRotationAxis(w.obj,w.angle));break}}x.matrix.copy(f),x.matrix.decompose(x.position,x.quaternion,x.scale),l[m].position=y}}else console.warn("THREE.ColladaLoader: Joint "+m+" does not exist.")}}}buildTransformList(t){let e=[],n=this.collada.querySelector('[id="'+t.id+'"]');for(let s=0;s<n.childNodes.length;s++){let r=n.childNodes[s];if(r.nodeType!==1)continue;let o,a;switch(r.nodeName){case"matrix":o=Zn(r.textContent);let l=new $t().fromArray(o).transpose();e.push({sid:r.getAttribute("sid"),type:r.nodeName,obj:l});break;case"translate":case"scale":o=Zn(r.textContent),a=new H().fromArray(o),e.push({sid:r.getAttribute("sid"),type:r.nodeName,obj:a});break;case"rotate":o=Zn(r.textContent),a=new H().fromArray(o);let c=ci.degToRad(o[3]);e.push({sid:r.getAttribute("sid"),type:r.nodeName,obj:a,angle:c});break}}return e}buildSkeleton(t,e){let n=[],s=[],r,o,a;for(r=0;r<t.length;r++){let h=t[r],d;if(this.hasNode(h))d=this.getNode(h),this.buildBoneHierarchy(d,e,n);else if(this.hasVisualScene(h)){let f=this.library.visualScenes[h].children;for(let m=0;m<f.length;m++){let y=f[m];if(y.type==="JOINT"){let p=this.getNode(y.id);this.buildBoneHierarchy(p,e,n)}}}else console.error("THREE.ColladaLoader: Unable to find root bone of skeleton with ID:",h)}for(r=0;r<e.length;r++)for(o=0;o<n.length;o++)if(a=n[o],a.bone.name===e[r].name){s[r]=a,a.processed=!0;break}for(r=0;r<n.length;r++)a=n[r],a.processed===!1&&(s.push(a),a.processed=!0);let l=[],c=[];for(r=0;r<s.length;r++)a=s[r],l.push(a.bone),c.push(a.boneInverse);return new Ja(l,c)}buildBoneHierarchy(t,e,n){t.traverse(function(s){if(s.isBone===!0){let r;for(let o=0;o<e.length;o++){let a=e[o];if(a.name===s.name){r=a.boneInverse;break}}r===void 0&&(r=new $t),n.push({bone:s,boneInverse:r,processed:!1})}})}buildNode(t){let e=[],n=t.matrix,s=t.nodes,r=t.type,o=t.instanceCameras,a=t.instanceControllers,l=t.instanceLights,c=t.instanceGeometries,h=t.instanceNodes;for(let u=0,f=s.length;u<f;u++)e.push(this.getNode(s[u]));for(let u=0,f=o.length;u<f;u++){let m=this.getCamera(o[u]);m!==null&&e.push(m.clone())}for(let u=0,f=a.length;u<f;u++){let m=a[u],y=this.getController(m.id),p=this.getGeometry(y.id),g=this.buildObjects(p,m.materials),x=m.skeletons,M=y.skin.joints,v=this.buildSkeleton(x,M);for(let A=0,w=g.length;A<w;A++){let _=g[A];_.isSkinnedMesh&&(_.bind(v,y.skin.bindMatrix),_.normalizeSkinWeights()),e.push(_)}}for(let u=0,f=l.length;u<f;u++){let m=this.getLight(l[u]);m!==null&&e.push(m.clone())}for(let u=0,f=c.length;u<f;u++){let m=c[u],y=this.getGeometry(m.id),p=this.buildObjects(y,m.materials);for(let g=0,x=p.length;g<x;g++)e.push(p[g])}for(let u=0,f=h.length;u<f;u++)e.push(this.getNode(h[u]).clone());let d;if(s.length===0&&e.length===1)d=e[0];else{d=r==="JOINT"?new Ho:new dn;for(let u=0;u<e.length;u++)d.add(e[u])}return d.name=r==="JOINT"?t.sid:t.name,r!=="JOINT"&&this.hasPivotTransforms(t)?this.wrapWithTransformHierarchy(d,t):(d.matrix.copy(n),d.matrix.decompose(d.position,d.quaternion,d.scale),d)}wrapWithTransformHierarchy(t,e){let n=e.id;this.transformNodes[n]={};let s=e.transformOrder,r=e.transformData,o=new dn;o.name=e.name;let a=o;for(let l=0;l<s.length;l++){let c=s[l],h=r[c],d=new dn;switch(d.name=e.name+"_"+c,h.type){case"translate":d.position.set(h.x,h.y,h.z);break;case"rotate":{let u=new H(h.axis[0],h.axis[1],h.axis[2]),f=ci.degToRad(h.angle);d.quaternion.setFromAxisAngle(u,f),d.userData.rotationAxis=u;break}case"scale":d.scale.set(h.x,h.y,h.z);break;case"matrix":{new $t().fromArray(h.array).transpose().decompose(d.position,d.quaternion,d.scale);break}}this.transformNodes[n][c]=d,a.add(d),a=d}return a.add(t),o}resolveMaterialBinding(t,e){let n=[];for(let s=0,r=t.length;s<r;s++){let o=e[t[s]];o===void 0?(console.warn("THREE.ColladaLoader: Material with key %s not found. Apply fallback material.",t[s]),n.push(this.fallbackMaterial)):n.push(this.getMaterial(o))}return n}get fallbackMaterial(){return this._fallbackMaterial===void 0&&(this._fallbackMaterial=new qi({name:ai.DEFAULT_MATERIAL_NAME,color:16711935})),this._fallbackMaterial}buildObjects(t,e){let n=[];for(let s in t){let r=t[s],o=this.resolveMaterialBinding(r.materialKeys,e);if(o.length===0&&(s==="lines"||s==="linestrips"?o.push(new wi):o.push(new os)),s==="lines"||s==="linestrips")for(let h=0,d=o.length;h<d;h++){let u=o[h];if(u.isMeshPhongMaterial===!0||u.isMeshLambertMaterial===!0){let f=new wi;f.color.copy(u.color),f.opacity=u.opacity,f.transparent=u.transparent,o[h]=f}}let a=r.data.attributes.skinIndex!==void 0,l=o.length===1?o[0]:o,c;switch(s){case"lines":c=new Ls(r.data,l);break;case"linestrips":c=new Is(r.data,l);break;case"triangles":case"polygons":case"polylist":a?c=new Za(r.data,l):c=new He(r.data,l);break}n.push(c)}return n}hasNode(t){return this.library.nodes[t]!==void 0}getNode(t){return this.getBuild(this.library.nodes[t],this.buildNode.bind(this))}buildVisualScene(t){let e=new dn;e.name=t.name;let n=t.children;for(let s=0;s<n.length;s++){let r=n[s];e.add(this.getNode(r.id))}return e}hasVisualScene(t){return this.library.visualScenes[t]!==void 0}getVisualScene(t){return this.getBuild(this.library.visualScenes[t],this.buildVisualScene.bind(this))}parseScene(t){let e=ui(t,"instance_visual_scene")[0];return this.getVisualScene(this.parseId(e.getAttribute("url")))}parseId(t){return t.substring(1)}setupAnimations(){let t=this.library.clips;if(this.isEmpty(t)===!0){if(this.isEmpty(this.library.animations)===!1){let e=[];for(let n in this.library.animations){let s=this.getAnimation(n);for(let r=0,o=s.length;r<o;r++)e.push(s[r])}this.buildDeferredPivotAnimationTracks(e),this.animations.push(new Jo("default",-1,e))}}else for(let e in t)this.animations.push(this.getAnimationClip(e))}buildDeferredPivotAnimationTracks(t){for(let e in this.deferredPivotAnimations){let n=this.library.nodes[e];if(!n)continue;let s=this.deferredPivotAnimations[e];this.buildTransformHierarchyTracks(e,s,n,t)}}buildTransformHierarchyTracks(t,e,n,s){let r=this.transformNodes[t];if(!r){console.warn("THREE.ColladaLoader: Transform hierarchy not found for node:",t);return}for(let o in e){let a=r[o];if(!a)continue;let l=n.transforms[o],c=n.transformData[o],h=e[o];switch(l){case"translate":this.buildHierarchyTranslateTrack(a,h,c,s);break;case"rotate":this.buildHierarchyRotateTrack(a,h,c,s);break;case"scale":this.buildHierarchyScaleTrack(a,h,c,s);break}}}buildHierarchyTranslateTrack(t,e,n,s){if(e.default&&e.default.stride===3){let c=e.default,h=new Yn(t.uuid+".position",Array.from(c.times),Array.from(c.values)),d=this.getInterpolationInfo(e);this.applyInterpolation(h,d,e),s.push(h);return}let r=this.getTimesForAllAxes(e);if(r.length===0)return;let o=[],a=this.getInterpolationInfo(e);for(let c=0;c<r.length;c++){let h=r[c],d=this.getValueAtTime(e.X,h,n.x),u=this.getValueAtTime(e.Y,h,n.y),f=this.getValueAtTime(e.Z,h,n.z);o.push(d,u,f)}let l=new Yn(t.uuid+".position",r,o);this.applyInterpolation(l,a),s.push(l)}buildHierarchyRotateTrack(t,e,n,s){let r=e.ANGLE||e.default;if(!r)return;let o=Array.from(r.times);if(o.length===0)return;let a=t.userData.rotationAxis||new H(n.axis[0],n.axis[1],n.axis[2]),l=new Qe,c=new Qe,h=[],d=this.getInterpolationInfo(e);for(let f=0;f<o.length;f++){let m=o[f],y=this.getValueAtTime(r,m,n.angle),p=ci.degToRad(y);l.setFromAxisAngle(a,p),f>0&&c.dot(l)<0&&(l.x=-l.x,l.y=-l.y,l.z=-l.z,l.w=-l.w),c.copy(l),h.push(l.x,l.y,l.z,l.w)}let u=new ls(t.uuid+".quaternion",o,h);this.applyInterpolation(u,d),s.push(u)}buildHierarchyScaleTrack(t,e,n,s){if(e.default&&e.default.stride===3){let c=e.default,h=new Yn(t.uuid+".scale",Array.from(c.times),Array.from(c.values)),d=this.getInterpolationInfo(e);this.applyInterpolation(h,d,e),s.push(h);return}let r=this.getTimesForAllAxes(e);if(r.length===0)return;let o=[],a=this.getInterpolationInfo(e);for(let c=0;c<r.length;c++){let h=r[c],d=this.getValueAtTime(e.X,h,n.x),u=this.getValueAtTime(e.Y,h,n.y),f=this.getValueAtTime(e.Z,h,n.z);o.push(d,u,f)}let l=new Yn(t.uuid+".scale",r,o);this.applyInterpolation(l,a),s.push(l)}};var xu=class extends ai{load(t,e,n,s){let r=this,o=r.path===""?Or.extractUrlBase(t):r.path,a=new sr(r.manager);a.setPriority(r.priority),a.setCache(r.cache),a.setPath(r.path),a.setRequestHeader(r.requestHeader),a.setWithCredentials(r.withCredentials),a.load(t,function(l){try{e(r.parse(l,o))}catch(c){s?s(c):console.error(c),r.manager.itemError(t)}},n,s)}parse(t,e){if(t.length===0)return{scene:new tr};let s=new gu().parse(t);if(s===null)return null;let{library:r,asset:o,collada:a}=s,l=new Lr(this.manager);l.setPriority(this.priority),l.setCache(this.cache),l.setPath(this.resourcePath||e).setCrossOrigin(this.crossOrigin);let c;Cl&&(c=new Cl(this.manager),c.setPriority(this.priority),c.setCache(this.cache),c.setPath(this.resourcePath||e),c.setRequestHeader(this.requestHeader),c.setWithCredentials(this.withCredentials));let h=new _u(r,a,l,c),{scene:d,animations:u,kinematics:f}=h.compose();return d.animations=u,o.upAxis==="Z_UP"&&(console.warn("THREE.ColladaLoader: You are loading an asset with a Z-UP coordinate system. The loader just rotates the asset to transform it into Y-UP. The vertex data are not converted, see #24289."),d.rotation.set(-Math.PI/2,0,0)),d.scale.multiplyScalar(o.unit),{get animations(){return console.warn("THREE.ColladaLoader: Please access animations over scene.animations now."),u},kinematics:f,library:r,scene:d}}};var k_=new H,HA=new ri,yu=new $t,lr=new $t,vu=new Qe,bu=new H(1,1,1),Su=new H,aa=class extends tn{constructor(...t){super(...t),this.urdfNode=null,this.urdfName=""}copy(t,e){return super.copy(t,e),this.urdfNode=t.urdfNode,this.urdfName=t.urdfName,this}},Mu=class extends aa{constructor(...t){super(...t),this.isURDFCollider=!0,this.type="URDFCollider"}},wu=class extends aa{constructor(...t){super(...t),this.isURDFVisual=!0,this.type="URDFVisual"}},Rl=class extends aa{constructor(...t){super(...t),this.isURDFLink=!0,this.type="URDFLink",this.name="",this.inertial={mass:0,origin:{xyz:[0,0,0],rpy:[0,0,0]},inertia:{ixx:0,ixy:0,ixz:0,iyy:0,iyz:0,izz:0}}}copy(t,e){return super.copy(t,e),this.inertial={mass:t.inertial.mass,origin:{xyz:[...t.inertial.origin.xyz],rpy:[...t.inertial.origin.rpy]},inertia:{...t.inertial.inertia}},this}},Pl=class extends aa{get jointType(){return this._jointType}set jointType(t){if(this.jointType!==t)switch(this._jointType=t,this.matrixWorldNeedsUpdate=!0,t){case"fixed":this.jointValue=[];break;case"continuous":case"revolute":case"prismatic":this.jointValue=new Array(1).fill(0);break;case"planar":this.jointValue=new Array(3).fill(0),this.axis=new H(0,0,1);break;case"floating":this.jointValue=new Array(6).fill(0);break}}get angle(){return this.jointValue[0]}constructor(...t){super(...t),this.isURDFJoint=!0,this.type="URDFJoint",this.name="",this.jointValue=null,this.jointType="fixed",this.axis=new H(1,0,0),this.limit={lower:0,upper:0,effort:0,velocity:0},this.ignoreLimits=!1,this.origPosition=null,this.origQuaternion=null,this.mimicJoints=[]}copy(t,e){return super.copy(t,e),this.jointType=t.jointType,this.axis=t.axis.clone(),this.limit.lower=t.limit.lower,this.limit.upper=t.limit.upper,this.limit.effort=t.limit.effort,this.limit.velocity=t.limit.velocity,this.ignoreLimits=!1,this.jointValue=[...t.jointValue],this.origPosition=t.origPosition?t.origPosition.clone():null,this.origQuaternion=t.origQuaternion?t.origQuaternion.clone():null,this.mimicJoints=[...t.mimicJoints],this}setJointValue(...t){t=t.map(n=>n===null?null:parseFloat(n)),(!this.origPosition||!this.origQuaternion)&&(this.origPosition=this.position.clone(),this.origQuaternion=this.quaternion.clone());let e=!1;switch(this.mimicJoints.forEach(n=>{e=n.updateFromMimickedJoint(...t)||e}),this.jointType){case"fixed":return e;case"continuous":case"revolute":{let n=t[0];return n==null||n===this.jointValue[0]?e:(!this.ignoreLimits&&this.jointType==="revolute"&&(n=Math.min(this.limit.upper,n),n=Math.max(this.limit.lower,n)),this.quaternion.setFromAxisAngle(this.axis,n).premultiply(this.origQuaternion),this.jointValue[0]!==n?(this.jointValue[0]=n,this.matrixWorldNeedsUpdate=!0,!0):e)}case"prismatic":{let n=t[0];return n==null||n===this.jointValue[0]?e:(this.ignoreLimits||(n=Math.min(this.limit.upper,n),n=Math.max(this.limit.lower,n)),this.position.copy(this.origPosition),k_.copy(this.axis).applyEuler(this.rotation),this.position.addScaledVector(k_,n),this.jointValue[0]!==n?(this.jointValue[0]=n,this.matrixWorldNeedsUpdate=!0,!0):e)}case"floating":return this.jointValue.every((n,s)=>t[s]===n||t[s]===null)?e:(this.jointValue[0]=t[0]!==null?t[0]:this.jointValue[0],this.jointValue[1]=t[1]!==null?t[1]:this.jointValue[1],this.jointValue[2]=t[2]!==null?t[2]:this.jointValue[2],this.jointValue[3]=t[3]!==null?t[3]:this.jointValue[3],this.jointValue[4]=t[4]!==null?t[4]:this.jointValue[4],this.jointValue[5]=t[5]!==null?t[5]:this.jointValue[5],lr.compose(this.origPosition,this.origQuaternion,bu),vu.setFromEuler(HA.set(this.jointValue[3],this.jointValue[4],this.jointValue[5],"XYZ")),Su.set(this.jointValue[0],this.jointValue[1],this.jointValue[2]),yu.compose(Su,vu,bu),lr.premultiply(yu),this.position.setFromMatrixPosition(lr),this.rotation.setFromRotationMatrix(lr),this.matrixWorldNeedsUpdate=!0,!0);case"planar":return this.jointValue.every((n,s)=>t[s]===n||t[s]===null)?e:(this.jointValue[0]=t[0]!==null?t[0]:this.jointValue[0],this.jointValue[1]=t[1]!==null?t[1]:this.jointValue[1],this.jointValue[2]=t[2]!==null?t[2]:this.jointValue[2],lr.compose(this.origPosition,this.origQuaternion,bu),vu.setFromAxisAngle(this.axis,this.jointValue[2]),Su.set(this.jointValue[0],this.jointValue[1],0),yu.compose(Su,vu,bu),lr.premultiply(yu),this.position.setFromMatrixPosition(lr),this.rotation.setFromRotationMatrix(lr),this.matrixWorldNeedsUpdate=!0,!0)}return e}},Il=class extends Pl{constructor(...t){super(...t),this.type="URDFMimicJoint",this.mimicJoint=null,this.offset=0,this.multiplier=1}updateFromMimickedJoint(...t){let e=t.map(n=>n===null?null:n*this.multiplier+this.offset);return super.setJointValue(...e)}copy(t,e){return super.copy(t,e),this.mimicJoint=t.mimicJoint,this.offset=t.offset,this.multiplier=t.multiplier,this}},Tu=class extends Rl{constructor(...t){super(...t),this.isURDFRobot=!0,this.urdfNode=null,this.urdfRobotNode=null,this.robotName=null,this.links=null,this.joints=null,this.colliders=null,this.visual=null,this.frames=null}copy(t,e){super.copy(t,e),this.urdfRobotNode=t.urdfRobotNode,this.robotName=t.robotName,this.links={},this.joints={},this.colliders={},this.visual={},this.traverse(n=>{n.isURDFJoint&&n.urdfName in t.joints&&(this.joints[n.urdfName]=n),n.isURDFLink&&n.urdfName in t.links&&(this.links[n.urdfName]=n),n.isURDFCollider&&n.urdfName in t.colliders&&(this.colliders[n.urdfName]=n),n.isURDFVisual&&n.urdfName in t.visual&&(this.visual[n.urdfName]=n)});for(let n in this.joints)this.joints[n].mimicJoints=this.joints[n].mimicJoints.map(s=>this.joints[s.name]);return this.frames={...this.colliders,...this.visual,...this.links,...this.joints},this}getFrame(t){return this.frames[t]}setJointValue(t,...e){let n=this.joints[t];return n?n.setJointValue(...e):!1}setJointValues(t){let e=!1;for(let n in t){let s=t[n];Array.isArray(s)?e=this.setJointValue(n,...s)||e:e=this.setJointValue(n,s)||e}return e}};var lp=new Qe,B_=new ri;function cr(i){return i?i.trim().split(/\s+/g).map(t=>parseFloat(t)):[0,0,0]}function z_(i,t,e=!1){e||i.rotation.set(0,0,0),B_.set(t[0],t[1],t[2],"ZYX"),lp.setFromEuler(B_),lp.multiply(i.quaternion),i.quaternion.copy(lp)}var cp=class{constructor(t){this.manager=t||su,this.loadMeshCb=this.defaultMeshLoader.bind(this),this.parseVisual=!0,this.parseCollision=!1,this.packages="",this.workingPath="",this.fetchOptions={}}loadAsync(t){return new Promise((e,n)=>{this.load(t,e,null,n)})}load(t,e,n,s){let r=this.manager,o=Or.extractUrlBase(t),a=this.manager.resolveURL(t);r.itemStart(a),fetch(a,this.fetchOptions).then(l=>{if(l.ok)return n&&n(null),l.text();throw new Error(`URDFLoader: Failed to load url '${a}' with error code ${l.status} : ${l.statusText}.`)}).then(l=>{let c=this.parse(l,this.workingPath||o);e(c),r.itemEnd(a)}).catch(l=>{s?s(l):console.error("URDFLoader: Error loading file.",l),r.itemError(a),r.itemEnd(a)})}parse(t,e=this.workingPath){let n=this.packages,s=this.loadMeshCb,r=this.parseVisual,o=this.parseCollision,a=this.manager,l={},c={},h={};function d(x){if(!/^package:\/\//.test(x))return e?e+x:x;let[M,v]=x.replace(/^package:\/\//,"").split(/\/(.+)/);if(typeof n=="string")return n.endsWith(M)?n+"/"+v:n+"/"+M+"/"+v;if(typeof n=="function")return n(M)+"/"+v;if(typeof n=="object")return M in n?n[M]+"/"+v:(console.error(`URDFLoader : ${M} not found in provided package list.`),null)}function u(x){let M;x instanceof Document?M=[...x.children]:x instanceof Element?M=[x]:M=[...new DOMParser().parseFromString(x,"text/xml").children];let v=M.filter(A=>A.nodeName==="robot").pop();return f(v)}function f(x){let M=[...x.children],v=M.filter(R=>R.nodeName.toLowerCase()==="link"),A=M.filter(R=>R.nodeName.toLowerCase()==="joint"),w=M.filter(R=>R.nodeName.toLowerCase()==="material"),_=new Tu;_.robotName=x.getAttribute("name"),_.urdfRobotNode=x,w.forEach(R=>{let U=R.getAttribute("name");h[U]=p(R)});let S={},I={};v.forEach(R=>{let U=R.getAttribute("name"),k=x.querySelector(`child[link="${U}"]`)===null;l[U]=y(R,S,I,k?_:null)}),A.forEach(R=>{let U=R.getAttribute("name");c[U]=m(R)}),_.joints=c,_.links=l,_.colliders=I,_.visual=S;let P=Object.values(c);return P.forEach(R=>{R instanceof Il&&c[R.mimicJoint].mimicJoints.push(R)}),P.forEach(R=>{let U=new Set,k=D=>{if(U.has(D))throw new Error("URDFLoader: Detected an infinite loop of mimic joints.");U.add(D),D.mimicJoints.forEach(G=>{k(G)})};k(R)}),_.frames={...I,...S,...l,...c},_}function m(x){let M=[...x.children],v=x.getAttribute("type"),A,w=M.find(U=>U.nodeName.toLowerCase()==="mimic");w?(A=new Il,A.mimicJoint=w.getAttribute("joint"),A.multiplier=parseFloat(w.getAttribute("multiplier")||1),A.offset=parseFloat(w.getAttribute("offset")||0)):A=new Pl,A.urdfNode=x,A.name=x.getAttribute("name"),A.urdfName=A.name,A.jointType=v;let _=null,S=null,I=[0,0,0],P=[0,0,0];M.forEach(U=>{let k=U.nodeName.toLowerCase();k==="origin"?(I=cr(U.getAttribute("xyz")),P=cr(U.getAttribute("rpy"))):k==="child"?S=l[U.getAttribute("link")]:k==="parent"?_=l[U.getAttribute("link")]:k==="limit"&&(A.limit.lower=parseFloat(U.getAttribute("lower")||A.limit.lower),A.limit.upper=parseFloat(U.getAttribute("upper")||A.limit.upper),A.limit.effort=parseFloat(U.getAttribute("effort")||A.limit.effort),A.limit.velocity=parseFloat(U.getAttribute("velocity")||A.limit.velocity))}),_.add(A),A.add(S),z_(A,P),A.position.set(I[0],I[1],I[2]);let R=M.filter(U=>U.nodeName.toLowerCase()==="axis")[0];if(R){let U=R.getAttribute("xyz").split(/\s+/g).map(k=>parseFloat(k));A.axis=new H(U[0],U[1],U[2]),A.axis.normalize()}return A}function y(x,M,v,A=null){A===null&&(A=new Rl);let w=[...x.children];A.name=x.getAttribute("name"),A.urdfName=A.name,A.urdfNode=x;let _=w.find(S=>S.nodeName.toLowerCase()==="inertial");return _&&[..._.children].forEach(S=>{let I=S.nodeName.toLowerCase();I==="origin"?(A.inertial.origin.xyz=cr(S.getAttribute("xyz")),A.inertial.origin.rpy=cr(S.getAttribute("rpy"))):I==="mass"?A.inertial.mass=parseFloat(S.getAttribute("value"))||0:I==="inertia"&&(A.inertial.inertia.ixx=parseFloat(S.getAttribute("ixx"))||0,A.inertial.inertia.ixy=parseFloat(S.getAttribute("ixy"))||0,A.inertial.inertia.ixz=parseFloat(S.getAttribute("ixz"))||0,A.inertial.inertia.iyy=parseFloat(S.getAttribute("iyy"))||0,A.inertial.inertia.iyz=parseFloat(S.getAttribute("iyz"))||0,A.inertial.inertia.izz=parseFloat(S.getAttribute("izz"))||0)}),r&&w.filter(I=>I.nodeName.toLowerCase()==="visual").forEach(I=>{let P=g(I,h);if(A.add(P),I.hasAttribute("name")){let R=I.getAttribute("name");P.name=R,P.urdfName=R,M[R]=P}}),o&&w.filter(I=>I.nodeName.toLowerCase()==="collision").forEach(I=>{let P=g(I);if(A.add(P),I.hasAttribute("name")){let R=I.getAttribute("name");P.name=R,P.urdfName=R,v[R]=P}}),A}function p(x){let M=[...x.children],v=new os;return v.name=x.getAttribute("name")||"",M.forEach(A=>{let w=A.nodeName.toLowerCase();if(w==="color"){let _=A.getAttribute("rgba").split(/\s/g).map(S=>parseFloat(S));v.color.setRGB(_[0],_[1],_[2]),v.opacity=_[3],v.transparent=_[3]<1,v.depthWrite=!v.transparent}else if(w==="texture"){let _=A.getAttribute("filename");if(_){let S=new Lr(a),I=d(_);v.map=S.load(I),v.map.colorSpace=Ce}}}),v}function g(x,M={}){let v=x.nodeName.toLowerCase()==="collision",A=[...x.children],w=null,_=A.filter(I=>I.nodeName.toLowerCase()==="material")[0];if(_){let I=_.getAttribute("name");I&&I in M?w=M[I]:w=p(_)}else w=new os;let S=v?new Mu:new wu;return S.urdfNode=x,A.forEach(I=>{let P=I.nodeName.toLowerCase();if(P==="geometry"){let R=I.children[0].nodeName.toLowerCase();if(R==="mesh"){let U=I.children[0].getAttribute("filename"),k=d(U);if(k!==null){let D=I.children[0].getAttribute("scale");if(D){let G=cr(D);S.scale.set(G[0],G[1],G[2])}s(k,a,w,(G,O)=>{O?console.error("URDFLoader: Error loading mesh.",O):G&&(G.position.set(0,0,0),G.quaternion.identity(),S.add(G))})}}else if(R==="box"){let U=new He;U.geometry=new nr(1,1,1),U.material=w;let k=cr(I.children[0].getAttribute("size"));U.scale.set(k[0],k[1],k[2]),S.add(U)}else if(R==="sphere"){let U=new He;U.geometry=new Ir(1,30,30),U.material=w;let k=parseFloat(I.children[0].getAttribute("radius"))||0;U.scale.set(k,k,k),S.add(U)}else if(R==="cylinder"){let U=new He;U.geometry=new qo(1,1,1,30),U.material=w;let k=parseFloat(I.children[0].getAttribute("radius"))||0,D=parseFloat(I.children[0].getAttribute("length"))||0;U.scale.set(k,D,k),U.rotation.set(Math.PI/2,0,0),S.add(U)}}else if(P==="origin"){let R=cr(I.getAttribute("xyz")),U=cr(I.getAttribute("rpy"));S.position.set(R[0],R[1],R[2]),S.rotation.set(0,0,0),z_(S,U)}}),S}return u(t)}defaultMeshLoader(t,e,n,s){/\.stl$/i.test(t)?new pu(e).load(t,o=>{let a=new He(o,n||new os);s(a)},null,o=>s(null,o)):/\.dae$/i.test(t)?new xu(e).load(t,o=>s(o.scene),null,o=>s(null,o)):console.warn(`URDFLoader: Could not load model at ${t}.
No loader available`)}},V_=cp;var Hr=1e3;function WA(i){i.traverse(t=>{t.geometry&&!t.userData.isKept&&t.geometry.dispose();for(let e of[t.material].flat())e?.dispose()})}function XA(i){let t=new Map,e=new DOMParser().parseFromString(i,"text/xml").querySelectorAll("robot > joint");for(let s of e){let[r,o]=["parent","child"].map(a=>s.querySelector(`:scope > ${a}`)?.getAttribute("link"));if(t.has(o))throw new Error(`the link '${o}' has two parents`);t.set(o,r)}let n=new Set;for(let s of t.keys()){let r=new Set;for(let o=s;t.has(o)&&!n.has(o);o=t.get(o)){if(r.has(o))throw new Error(`the link '${o}' hangs on itself`);r.add(o)}for(let o of r)n.add(o)}}function qA(i){i.updateMatrixWorld(!0),i.traverse(t=>{let e=t.geometry&&new Mi().setFromObject(t);if(![...t.matrixWorld.elements,...e&&!e.isEmpty()?[...e.min.toArray(),...e.max.toArray()]:[]].every(Number.isFinite))throw new Error(`'${t.name||t.parent?.name}' has a number that is not finite`)})}var Au=class{constructor(){this.group=new dn,this.byDevice=new Map,this.shapes=new Map,this.joints=new Map,this.changed=!1}get count(){return this.byDevice.size}words(){let t=[...this.byDevice.values()],e=t.reduce((r,{robot:o})=>r+Object.keys(o?.links??{}).length,0),n=t.reduce((r,o)=>r+o.missing,0),s=t.flatMap(r=>r.faults);return`${this.count} robots of ${e} links`+(n?` (${n} shapes are in files that are not here: see --urdf)`:"")+(s.length?` (${s.join("; ")})`:"")}reset(){for(let t of[...this.byDevice.keys()])typeof t=="number"&&this.remove(t);this.joints.clear()}remove(t){let e=this.byDevice.get(t);e?.robot&&(this.group.remove(e.robot),WA(e.robot)),this.byDevice.delete(t)}keep(t){let e=new Ve;e.setAttribute("position",new Je(t.positions,3)),t.colours&&e.setAttribute("color",new Je(t.rgba,4,!0)),e.setIndex(new Je(t.indices,1)),e.computeVertexNormals(),this.shapes.has(t.robot)||this.shapes.set(t.robot,new Map),this.shapes.get(t.robot).get(t.file)?.dispose(),this.shapes.get(t.robot).set(t.file,e)}read(t){let{text:e,length:n}=t.value;if(n!==e.length)return;let s=e.trimStart();s.startsWith("<")&&e.includes("<robot")?this.byDevice.get(t.id)?.text!==e&&this.load(t.id,e,t.link):s.startsWith("{")&&e.includes('"position"')&&this.readJoints(e)}load(t,e,n,s=new Map,r=[]){this.remove(t);let o={text:e,link:n,robot:null,missing:0,faults:[...r]};this.byDevice.set(t,o);let a=new V_(new jo);a.parseCollision=!1,a.packages=l=>`package://${l}`,a.loadMeshCb=(l,c,h,d)=>{let u=s.get(l);if(!u){o.missing+=1,d(null);return}let f=u.hasAttribute("color"),m=new He(u,f?new as({vertexColors:!0,side:Vn}):h);m.userData.isKept=!0,d(m)};try{XA(e);let l=a.parse(e);l.scale.setScalar(Hr),qA(l),o.robot=l,this.group.add(l)}catch(l){o.faults.push(`no robot: ${l.message}`)}this.changed=!0}placeOf(t){for(let{robot:e}of this.byDevice.values()){let n=e&&Object.hasOwn(e.links,t)&&e.links[t];if(n)return new $t().copy(n.matrixWorld).scale({x:1/Hr,y:1/Hr,z:1/Hr}).transpose().toArray()}return null}readJoints(t){let e;try{e=JSON.parse(t)}catch{return}!Array.isArray(e.name)||!Array.isArray(e.position)||(e.name.forEach((n,s)=>{typeof n=="string"&&Number.isFinite(e.position[s])&&this.joints.set(n,e.position[s])}),this.changed=!0)}place(t){this.changed=!1;for(let{robot:e,link:n}of this.byDevice.values()){if(!e)continue;for(let[r,o]of this.joints)Object.hasOwn(e.joints,r)&&e.setJointValue(r,o);let s=Object.entries(e.links).map(([r,o])=>[o,t.of(r,n)]);for(let[r,o]of s)r.matrixAutoUpdate=!o;e.updateMatrixWorld(!0);for(let[r,o]of s){if(!o)continue;let a=new $t().set(...o).scale({x:Hr,y:Hr,z:Hr}),l=r.parent?r.parent.matrixWorld.clone().invert():new $t;r.matrix.multiplyMatrices(l,a),r.matrixWorldNeedsUpdate=!0,r.updateMatrixWorld(!0)}}}};var G_=150,H_=.03,YA=400,W_=120,$A=[["R","x",13843516],["A","y",3120708],["S","z",3895252]],up=new Ir(.5,16,12);function X_(i){let t=7;for(let e of i)t=t*31+e.codePointAt(0)>>>0;return new qt().setHSL(t%360/360,.6,.55)}function hp(i,t){i.matrixAutoUpdate=!1,i.matrix.set(...t),i.matrixWorldNeedsUpdate=!0}function ZA(){let i=document.createElement("canvas").getContext("webgl2");if(!i)return!0;let t=i.getExtension("WEBGL_debug_renderer_info"),e=i.getParameter(t?t.UNMASKED_RENDERER_WEBGL:i.RENDERER);return i.getExtension("WEBGL_lose_context")?.loseContext(),/swiftshader|llvmpipe|software|basic render/i.test(e)}function Ll(i){i.parent?.remove(i),i.traverse(t=>{t.geometry&&t.geometry!==up&&t.geometry.dispose(),t.material&&(t.material.map?.dispose(),t.material.dispose())})}var Eu=class{constructor(t,e){this.store=t,this.pictures=e,this.canvas=Z("canvas",{tabindex:0,role:"img","aria-label":"3-D scene",keydown:n=>this.key(n)}),this.told=Z("p",{class:"quiet",dataset:{told:""}}),this.fault=Z("p",{class:"bad",hidden:!0}),this.unit=Z("select",{change:()=>this.drawAxes()},Z("option",{value:"ras"},"RAS / mm"),Z("option",{value:"ros"},"ROS / m")),this.labels=Z("input",{type:"checkbox",checked:!0,change:()=>this.render()}),this.node=Un("scene","Scene",Z("div",{class:"controls"},Z("button",{type:"button",click:()=>this.fit()},"Show all"),Z("label",{class:"field"},Z("span",{},"Axes"),this.unit),Z("label",{class:"field"},this.labels,Z("span",{},"Names"))),this.canvas,this.told,this.fault),this.parts={poses:new Map,points:new Map,meshes:new Map,planes:new Map},this.notDrawn=new Map,this.world=new tr,this.things=new dn,this.axes=new dn,this.robots=new Au,this.things.add(this.robots.group),this.world.add(this.things,this.axes,new Fr(16777215,1.6)),this.isFitted=!1,this.size=100;try{this.start()}catch(n){this.fault.hidden=!1,ve(this.fault,`There is no 3-D here: ${n.message}`)}}start(){this.isSoftware=ZA(),this.renderer=new lu({canvas:this.canvas,antialias:!this.isSoftware}),this.pause=this.isSoftware?YA:0,this.drawn=-1/0,this.camera=new un(40,1,1,1e4),this.camera.up.set(0,0,1),this.camera.position.set(220,-320,180);let t=new Ur(16777215,1.4);t.position.set(.4,-.6,1),this.camera.add(t),this.world.add(this.camera),this.controls=new du(this.camera,this.canvas),this.controls.addEventListener("change",()=>this.render(!0)),this.controls.enableDamping=!1,new ResizeObserver(()=>this.resize()).observe(this.canvas),this.isSeen=!1,new IntersectionObserver(([e])=>{this.isSeen=e.isIntersecting,this.render()}).observe(this.canvas),this.corner=new tr,this.cornerCamera=new un(40,1,.1,10),this.cornerCamera.up.set(0,0,1),this.drawAxes()}resize(){let{clientWidth:t,clientHeight:e}=this.canvas;!t||!e||(this.renderer.setPixelRatio(Math.min(devicePixelRatio,2)),this.renderer.setSize(t,e,!1),this.camera.aspect=t/e,this.camera.updateProjectionMatrix(),this.render())}restyle(){let t=getComputedStyle(document.documentElement);this.ink=t.getPropertyValue("--ink").trim(),this.world.background=new qt(t.getPropertyValue("--well").trim()),this.renderer&&this.drawAxes();for(let{label:e,name:n}of this.parts.poses.values())this.relabel(e,n)}drawAxes(){if(!this.renderer)return;for(let n of[...this.axes.children,...this.corner.children])Ll(n);this.arrows(this.axes,this.size);let t=new cl(2*this.size,10,8947848,8947848);t.rotation.x=Math.PI/2,t.material.transparent=!0,t.material.opacity=.25,this.axes.add(t);let e=this.arrows(this.corner,1);for(let n of e)n.scale.multiplyScalar(4.5),n.center.set(.5,.5),n.position.multiplyScalar(1.2);this.tell(),this.render()}arrows(t,e){let n=this.unit.value==="ros";return $A.map(([s,r,o],a)=>{let l=new H().setComponent(a,1);t.add(new hl(l,new H,e,o,e/6,e/12));let c=this.label(n?`${r} (${s})`:`${s} (${r})`,`#${o.toString(16).padStart(6,"0")}`);return c.position.copy(l.multiplyScalar(e*1.08)),t.add(c),c})}label(t,e=this.ink){let n=new $a(new Go({depthTest:!1,sizeAttenuation:!1,transparent:!0}));return n.renderOrder=9,this.relabel(n,t,e),n}relabel(t,e,n=this.ink){let s=document.createElement("canvas"),r=s.getContext("2d"),o="600 28px system-ui, sans-serif",a=e.length>40?`${e.slice(0,39)}\u2026`:e;r.font=o,s.width=Math.ceil(r.measureText(a).width)+8,s.height=38,r.font=o,r.fillStyle=n||"#888",r.fillText(a,4,28),t.material.map?.dispose(),t.material.map=new Xo(s),t.material.map.colorSpace=Ce,t.material.map.minFilter=fn,t.material.needsUpdate=!0,t.scale.set(H_*s.width/s.height,H_,1),t.center.set(0,0),t.userData.isLabel=!0}reset(){for(let t of Object.values(this.parts)){for(let{node:e}of t.values())Ll(e);t.clear()}this.robots.reset(),this.notDrawn.clear(),this.tell(),this.render()}remove(t){for(let e of["points","meshes","planes"])this.take(e,t);this.robots.remove(t),this.notDrawn.delete(t),this.placePoses(),this.render()}take(t,e){let n=this.parts[t].get(e);n&&Ll(n.node),this.parts[t].delete(e)}update(t){let e=!1,n=[];for(let s of t){let{shape:r}=s.value;try{r==="pose"||r==="tools"?e=!0:r==="points"?this.drawPoints(s):r==="paths"?this.drawPaths(s):r==="text"&&this.robots.read(s)}catch(o){n.push(`${s.name}: ${o.message}`)}}if((e||this.robots.changed)&&this.placePoses(),t.length&&this.shown(),n.length)throw new Error(n.join("; "))}placePoses(){let t=O_(this.store.devices.values());this.places=new fu(t);let e=new Set;for(let n of t){if(!n.matrix)continue;let{matrix:s,valid:r}=this.places.at(n);e.add(n.key);let o=this.parts.poses.get(n.key);if(o&&o.name!==n.name&&(Ll(o.node),o=null),!o){let a=new dn,l=n.turned?new ul(1):new He(up,new qi({color:X_(n.name)})),c=this.label(n.name);c.visible=this.parts.poses.size<G_,l.userData.isMark=!0,a.add(l,c),this.things.add(a),o={node:a,mark:l,label:c,name:n.name},this.parts.poses.set(n.key,o)}hp(o.node,s),o.mark.scale.setScalar(this.size/(n.turned?6:30));for(let a of[o.mark,o.label])a.material.transparent=!0,a.material.opacity=r?1:.25}for(let[n,s]of[...this.parts.poses])e.has(n)||(Ll(s.node),this.parts.poses.delete(n));this.robots.place(this.places);for(let n of this.parts.meshes.values())this.placeMesh(n)}drawPoints(t){this.take("points",t.id);let e=new dn;for(let n of t.value.rows){if(!n.position.every(Number.isFinite))continue;let[s,r,o,a]=n.rgba,l=new He(up,new as({color:new qt(s/255,r/255,o/255),transparent:a<255,opacity:a/255}));if(l.position.set(...n.position),l.scale.setScalar(Number.isFinite(n.diameter)&&n.diameter>0?n.diameter:this.size/50),e.add(l),n.name&&e.children.length<G_){let c=this.label(n.name);c.position.set(...n.position),e.add(c)}}this.things.add(e),this.parts.points.set(t.id,{node:e,count:t.value.total})}drawPaths(t){this.take("points",t.id);let e=new dn;for(let n of t.value.rows){let s=[n.entry,n.target].filter((d,u)=>n.type!==2-u&&d.every(Number.isFinite));if(!s.length)continue;let r=new Ve().setFromPoints(s.map(d=>new H(...d))),[o,a,l]=n.rgba,c=new qt(o/255,a/255,l/255);e.add(s.length===2?new Is(r,new wi({color:c})):new Wo(r,new Rr({color:c,size:6,sizeAttenuation:!1})));let h=this.label(n.name);h.position.set(...s[s.length-1]),e.add(h)}this.things.add(e),this.parts.points.set(t.id,{node:e,count:t.value.total})}showRobot({name:t,text:e,faults:n}){this.robots.load(`file ${t}`,e,void 0,this.robots.shapes.get(t),n),this.placePoses(),this.shown()}show(t){this.renderer&&(t.kind==="mesh"?this.drawMesh(t):this.drawPlane(t),this.shown())}shown(){this.tell(),!this.isFitted&&this.bounds()&&(this.isFitted=!0,this.fit()),this.render()}drawMesh(t){this.take("meshes",t.id);let e=this.store.devices.get(t.id);if(this.notDrawn.delete(t.id),e&&t.fault&&this.notDrawn.set(t.id,`${e.name} is not shown: ${t.fault}`),!e||!t.points)return;let n=new dn,s=new Je(t.positions,3),r=t.colours===t.points,o=r?new qt(1,1,1):X_(e.name),a=r?new Je(t.rgba,4,!0):null,l=u=>{let f=new Ve;return f.setAttribute("position",s),a&&f.setAttribute("color",a),u&&f.setIndex(new Je(u,1)),f};if(t.triangles){let u=l(t.indices);u.computeVertexNormals(),n.add(new He(u,new as({color:o,vertexColors:r,side:Vn})))}t.pieces&&n.add(new Ls(l(t.ends),new wi({color:o,vertexColors:r}))),!t.triangles&&!t.pieces&&n.add(new Wo(l(null),new Rr({color:o,vertexColors:r,size:3,sizeAttenuation:!1}))),this.things.add(n);let{triangles:c,points:h}=t,d={node:n,name:e.full_name??e.name,link:e.link,triangles:c,points:h};this.parts.meshes.set(t.id,d),this.placeMesh(d)}placeMesh({node:t,name:e,link:n}){let s=e.endsWith("_mesh")?e.slice(0,-5):null,r=s&&(this.places?.of(s,n)??this.robots.placeOf(s));t.visible=!!r||!(s&&this.places?.isLost(s,n)),hp(t,r??[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1])}drawPlane(t){let e=this.pictures.drawn(t.id),{matrix:n,columns:s,rows:r}=t;if(!e||!s||!r||!n.every(Number.isFinite)){this.take("planes",t.id);return}let o=this.parts.planes.get(t.id);if(!o||o.columns!==s||o.rows!==r){this.take("planes",t.id);let a=new Ve;a.setAttribute("position",new Je(new Float32Array([-.5,-.5,0,s-.5,-.5,0,-.5,r-.5,0,s-.5,r-.5,0]),3)),a.setAttribute("uv",new Je(new Float32Array([0,1,1,1,0,0,1,0]),2)),a.setIndex([0,1,2,2,1,3]);let l=new Xo(e.canvas);l.colorSpace=Ce,l.minFilter=fn,l.generateMipmaps=!1;let c=new He(a,new qi({map:l,side:Vn,toneMapped:!1}));this.things.add(c),o={node:c,columns:s,rows:r},this.parts.planes.set(t.id,o)}hp(o.node,[...n,0,0,0,1]),o.node.material.map.needsUpdate=!0}bounds(t=!0){let e=new Mi;return this.things.updateMatrixWorld(!0),this.things.traverseVisible(n=>{n.userData.isMark&&!t||(n.isSprite?e.expandByPoint(n.getWorldPosition(new H)):n.geometry&&e.expandByObject(n))}),e.isEmpty()?null:e}fit(){let t=this.bounds();if(!t||!this.renderer)return;let e=t.getCenter(new H),n=Math.max(t.getSize(new H).length()/2,1);this.size=Math.max(10**Math.floor(Math.log10(n)),n/2);let s=n/Math.sin(this.camera.fov*Math.PI/360),r=this.camera.position.clone().sub(this.controls.target).normalize();this.controls.target.copy(e),this.camera.position.copy(e).addScaledVector(r,s*1.1),this.camera.near=s/1e3,this.camera.far=s*100,this.camera.updateProjectionMatrix(),this.controls.update(),this.drawAxes(),this.placePoses(),this.render()}key(t){if(!this.renderer)return;let e=this.camera.position.clone().sub(this.controls.target),n=.1,s=new H(0,0,1),r=new H().crossVectors(s,e).normalize(),o={ArrowLeft:()=>e.applyAxisAngle(s,-n),ArrowRight:()=>e.applyAxisAngle(s,n),ArrowUp:()=>e.applyAxisAngle(r,-n),ArrowDown:()=>e.applyAxisAngle(r,n),"+":()=>e.multiplyScalar(1/1.15),"-":()=>e.multiplyScalar(1.15),Home:()=>this.fit()};t.key in o&&(t.preventDefault(),o[t.key](),t.key!=="Home"&&(Math.abs(e.clone().normalize().z)>.999||(this.camera.position.copy(this.controls.target).add(e),this.controls.update(),this.render(!0))))}tell(){let{poses:t,points:e,meshes:n,planes:s}=this.parts,r=(m,y)=>[...m.values()].reduce((p,g)=>p+g[y],0),o=this.unit.value==="ros"?`${Fe(this.size/1e3,3)} m`:`${Fe(this.size,1)} mm`,a=[...n.values()].filter(({node:m})=>!m.visible).length,l=[`${t.size} poses`,`${r(e,"count")} points and paths`,`${n.size} meshes of ${r(n,"triangles")} triangles${a?` (${a} not shown: its pose is not valid)`:""}`,`${s.size} image planes`];this.robots.count&&l.push(this.robots.words()),l.push(...this.notDrawn.values());let c=this.bounds(!1),h=c?[c.min,c.max].map(m=>m.toArray()):[];this.told.dataset.ends=JSON.stringify(h);let[d,u]=h.map(m=>m.map(y=>this.unit.value==="ros"?Fe(y/1e3,3):Fe(y,1)).join(" "));c&&l.push(`from ${d} to ${u} ${this.unit.value==="ros"?"m":"mm"}`);let f=`${l.join(", ")}. Axes: R is x, A is y, S is z of ROS, ${o} long.`;ve(this.told,f),this.canvas.setAttribute("aria-label",`3-D scene: ${f}`)}render(t=!1){if(!this.renderer||!this.isSeen)return;let e=t?0:Math.max(0,this.drawn+this.pause-performance.now());if(this.isDue&&(this.isSoon||e))return;this.isDue=!0,this.isSoon=!e,clearTimeout(this.waiting);let n=()=>requestAnimationFrame(()=>{this.isDue=!1,this.drawn=performance.now(),this.things.traverse(s=>{s.userData.isLabel&&(s.visible=this.labels.checked)}),this.draw()});e?this.waiting=setTimeout(n,e):n()}draw(){let{renderer:t,camera:e,canvas:n}=this,{clientWidth:s,clientHeight:r}=n;t.setViewport(0,0,s,r),t.render(this.world,e);let o=e.position.clone().sub(this.controls.target).setLength(5.6);this.cornerCamera.position.copy(o),this.cornerCamera.lookAt(0,0,0),t.autoClear=!1,t.clearDepth(),t.setViewport(0,0,W_,W_),t.render(this.corner,this.cornerCamera),t.autoClear=!0}};var JA=[.1,.25,.5,1,2,5,10,20],q_=960,Cu=10,Ru=class{constructor(t){this.wire=t,this.told=null,this.button=Z("button",{type:"button",click:()=>this.steer({playing:!this.told?.playing})},"Play"),this.slider=Z("input",{type:"range",min:0,max:0,step:.01,"aria-label":"Place in the bag",input:()=>{this.held=!0,this.tell(this.slider.valueAsNumber)},change:()=>{this.held=!1,this.steer({place:this.slider.valueAsNumber})}}),this.place=Z("output"),this.rate=Z("select",{change:()=>this.steer({rate:Number(this.rate.value)})},...JA.map(e=>Z("option",{value:e,selected:e===1},`${e} x`))),this.chart=io("svg",{class:"overview",preserveAspectRatio:"none",role:"img","aria-label":"Messages of each device over the bag"}),this.note=Z("p",{class:"quiet"}),this.names=Z("ul",{class:"legend"}),this.node=Un("timeline","Bag",Z("div",{class:"controls"},this.button,so("Speed",this.rate),this.place),this.slider,this.chart,this.names,this.note),this.node.hidden=!0}steer(t){this.wire.ask({steer:t})}tell(t){ke(this.place,`${ro(t)} of ${ro(this.told.duration)}`,t),this.slider.setAttribute("aria-valuetext",ro(t))}update(t){this.node.hidden=!t,t&&(this.told=t,ve(this.button,t.playing?"Stop":"Play"),this.slider.max=t.duration,document.activeElement!==this.rate&&(this.rate.value=String(t.rate)),!this.held&&(this.slider.value=t.place,this.tell(t.place)))}overview({devices:t,whole:e}){ve(this.note,e?"":"The bag is being looked through."),this.chart.setAttribute("viewBox",`0 0 ${q_} ${Math.max(1,t.length)*Cu}`),this.chart.style.height=`${Math.max(1,t.length)*Cu}px`,this.chart.replaceChildren(...t.flatMap(({parts:n},s)=>{let r=Math.max(1,...n),o=q_/n.length;return n.flatMap((a,l)=>a===0?[]:[io("rect",{x:l*o,y:s*Cu+1,width:o+.3,height:Cu-2,opacity:.25+.75*a/r})])})),this.names.replaceChildren(...t.map(({type:n,name:s,parts:r})=>{let o=r.reduce((l,c)=>l+c,0),a=Z("span",{dataset:{total:s}});return ke(a,String(o),o),Z("li",{},`${s} ${n}: `,a)}))}};var jA={int8:Int8Array,uint8:Uint8Array,int16:Int16Array,uint16:Uint16Array,int32:Int32Array,uint32:Uint32Array,float32:Float32Array,float64:Float64Array};function KA(i){let t=new DataView(i).getUint32(0,!0),e=JSON.parse(new TextDecoder().decode(new Uint8Array(i,4,t))),n=4+t;function s(r,o){let a=new r(i,n,o);return n+=Math.ceil(a.byteLength/8)*8,a}return e.kind==="picture"?e.pixels=s(jA[e.scalar],e.rows*e.columns*e.components):(e.positions=s(Float32Array,3*e.points),e.indices=s(Uint32Array,3*e.triangles),e.ends=s(Uint32Array,2*e.pieces),e.rgba=s(Uint8Array,4*e.colours)),e}function QA(){let i=new URLSearchParams(location.hash.slice(1)).get("token");return i&&(sessionStorage.setItem("token",i),history.replaceState(null,"",location.pathname)),sessionStorage.getItem("token")??""}var Pu=class{constructor(t){this.on=t,this.number=0,this.wanted=[],this.fps=null,this.pause=250,this.heard=performance.now(),this.open()}open(){let t=location.protocol==="https:"?"wss:":"ws:",e=new WebSocket(`${t}//${location.host}/ws`);e.binaryType="arraybuffer",this.socket=e,e.onopen=()=>{this.pause=250,e.send(JSON.stringify({token:QA()})),this.want(this.wanted),this.fps!==null&&this.slow(this.fps),this.on.status("connected",!0)},e.onmessage=({data:n})=>{if(this.heard=performance.now(),typeof n!="string"){this.on.blob(KA(n));return}let s=JSON.parse(n);Object.hasOwn(this.on,s.kind)&&this.on[s.kind](s)},e.onclose=({code:n})=>{if(n===4401){this.on.status("this page needs the token: open the address that igtl monitor printed",!1),addEventListener("hashchange",()=>this.open(),{once:!0});return}let s=n===4429?"too many browsers look already":"no connection to the monitor";this.on.status(`${s}; trying again`,!1),setTimeout(()=>this.open(),this.pause),this.pause=Math.min(2*this.pause,5e3)}}get isOpen(){return this.socket.readyState===WebSocket.OPEN}get silence(){return(performance.now()-this.heard)/1e3}ask(t){return this.number+=1,this.isOpen?(this.socket.send(JSON.stringify({number:this.number,...t})),!0):!1}want(t){this.wanted=t,this.ask({want:t})}slow(t){this.fps=t,this.ask({fps:t})}};var tE=3,eE=3,nE=1e4,Iu=["system","light","dark"],Sn={devices:new Map,now:0,wall:null,epoch:null,instance:null,timeOf(i){return this.wall===null?ro(i):new Date(this.wall-(this.now-i)*1e3).toLocaleTimeString([],{hour12:!1})}},Wr=new Map;function Gn(i,t){try{t(),performance.now()-Wr.get(i)?.at>nE&&Wr.delete(i)}catch(n){Wr.has(i)||console.warn(i,n),Wr.set(i,{at:performance.now(),text:`${i}: ${n.message}`})}let e=document.getElementById("faults");ve(e,Wr.size?`Not all is shown. ${[...Wr.values()].map(({text:n})=>n).join("; ")}`:""),e.hidden=!Wr.size}function dp(i,t){let e=document.getElementById("status");ve(e,i),e.classList.toggle("bad",!t)}var Xr=new Pu({state:iE,status:dp,overview:i=>Gn("overview",()=>gp.overview(i)),robot:i=>Gn("robot",()=>ks.showRobot(i)),answer:i=>mp.answer(i),blob(i){i.kind==="picture"&&Gn("picture",()=>ca.show(i)),i.kind==="shape"?Gn("shape",()=>ks.robots.keep(i)):Gn(i.kind,()=>ks.show(i))}}),la=new Vl(Sn),pp=new Gl,Z_=new kl(Sn),Lu=new Wl(Sn),fp=new Xl(Sn),ca=new Zl(Sn,i=>Xr.want(i)),Nl=new uc,ks=new Eu(Sn,ca),mp=new ql(Xr),gp=new Ru(Xr),J_=new Yl(ks.isSoftware,i=>Xr.slow(i));document.getElementById("status").after(J_.node);document.getElementById("main").append(gp.node,la.node,la.details,ks.node,ca.node,Nl.node,Lu.node,pp.node,Z_.node,fp.node,mp.node);function iE(i){if(i.instance!==Sn.instance&&(Lu.reset(),fp.reset()),i.instance!==Sn.instance||i.epoch!==Sn.epoch){Sn.instance=i.instance,Sn.epoch=i.epoch,Sn.devices.clear();for(let[t,e]of Object.entries({devices:la,pictures:ca,plots:Nl,scene:ks,texts:Lu}))Gn(t,()=>e.reset())}Sn.now=i.now,Sn.wall=i.wall_ms,Sn.fps=i.fps;for(let t of i.devices)Sn.devices.set(t.id,t);for(let t of i.gone){Sn.devices.delete(t);for(let[e,n]of Object.entries({devices:la,pictures:ca,plots:Nl,scene:ks}))Gn(e,()=>n.remove(t))}Gn("devices",()=>la.update(i.devices,i.now,i.crowded_out)),Gn("links",()=>pp.update(i.links)),Gn("bridges",()=>Z_.update(i.bridges)),Gn("texts",()=>Lu.update(i.texts)),Gn("errors",()=>fp.update(i.errors)),Gn("pictures",()=>ca.update(i.devices)),Gn("plots",()=>Nl.update(i.devices,i.samples,i.now)),Gn("scene",()=>ks.update(i.devices)),Gn("orders",()=>mp.update(i.links,i.control)),Gn("timeline",()=>gp.update(i.timeline)),J_.update(i)}var Y_=!1;setInterval(()=>{let{silence:i}=Xr,t=i>Math.max(tE,eE/(Sn.fps||1/0));document.body.classList.toggle("silent",t),t?(Sn.wall!==null&&la.age(Sn.now+i),pp.lose(),Xr.isOpen&&dp(`nothing has come from the monitor for ${fr(i)}: what is shown is old`,!1)):Y_&&Xr.isOpen&&dp("connected",!0),Y_=t},500);var j_=document.getElementById("theme");function _p(i){i==="system"?delete document.documentElement.dataset.theme:document.documentElement.dataset.theme=i,ve(j_,i==="system"?"Theme: as the system":`Theme: ${i}`),ks.restyle(),Nl.restyle()}j_.addEventListener("click",()=>{let i=document.documentElement.dataset.theme??"system",t=Iu[(Iu.indexOf(i)+1)%Iu.length];localStorage.setItem("theme",t),_p(t)});var $_=localStorage.getItem("theme");_p(Iu.includes($_)?$_:"system");matchMedia("(prefers-color-scheme: dark)").addEventListener("change",()=>_p(document.documentElement.dataset.theme??"system"));
