BEGIN TRANSACTION;
CREATE TABLE attempts (
	request_id VARCHAR(100) NOT NULL, 
	attempt INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	profile TEXT NOT NULL, 
	profile_hash VARCHAR(64) NOT NULL, 
	version TEXT NOT NULL, 
	PRIMARY KEY (request_id, attempt), 
	FOREIGN KEY(request_id) REFERENCES requests (id)
);
INSERT INTO "attempts" VALUES('R-0001',1,'2026-11-26 05:52:17.456906','stand-in','e6503176bd62e727db35ca76ddcc06cd223b050a6dafa5a76e1df3b08c9b9522','0.1.0');
CREATE TABLE ends (
	request_id VARCHAR(100) NOT NULL, 
	attempt INTEGER NOT NULL, 
	"end" VARCHAR(30) NOT NULL, 
	code TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	head VARCHAR(64) NOT NULL, 
	manifest VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (request_id, attempt), 
	FOREIGN KEY(request_id, attempt) REFERENCES attempts (request_id, attempt)
);
INSERT INTO "ends" VALUES('R-0001',1,'needs_human','drift','{"account_name":"12-10 Test","account_number":"611974","case_dir":"/tmp/oldcheck/d/cases/R-0001","code":"drift","end":"needs_human","id":"R-0001","message":"m","proof":[],"recoveries":[],"seconds":0.0}','6850352ea1e9d9229e0a140b4487a642b134b7633d1ccb8ce17eaf9918bba6a9','a74c5cf18ef634372c608abaad6e3dc260a65ef1521a336ede6f3b1e9f41b1f5','2026-11-26 05:52:17.466924');
CREATE TABLE intents (
	id VARCHAR(120) NOT NULL, 
	request_id VARCHAR(100) NOT NULL, 
	attempt INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	account_number TEXT NOT NULL, 
	effect TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	requests_sent INTEGER, 
	outcome VARCHAR(20) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(request_id, attempt) REFERENCES attempts (request_id, attempt), 
	UNIQUE (request_id, seq)
);
INSERT INTO "intents" VALUES('R-0001-i1','R-0001',1,2,'611974','set_status','ACTIVE','2026-11-26 05:52:17.460101',1,'done');
CREATE TABLE observations (
	request_id VARCHAR(100) NOT NULL, 
	seq INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	clause TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	data TEXT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (request_id, seq), 
	FOREIGN KEY(request_id, attempt) REFERENCES attempts (request_id, attempt)
);
INSERT INTO "observations" VALUES('R-0001',1,1,'attempt_started','','2026-11-26 05:52:17.456906','{"accepted_at":"2026-11-26T05:52:17.443250+00:00","attempt":1,"pending":["Scheduled","Submitted"],"profile":"stand-in","profile_hash":"e6503176bd62e727db35ca76ddcc06cd223b050a6dafa5a76e1df3b08c9b9522","request":{"account_name":"12-10 Test","account_number":"611974","date":"2026-11-30","id":"R-0001","opt_out":true,"reason":"Too expensive","requested_by":"Pat Lee"},"source":"","version":"0.1.0"}','00132e24f12c19dd08d4569db316e1e7eebe8f7987872fc89f0e0246e72aad21');
INSERT INTO "observations" VALUES('R-0001',2,1,'intent','6.3','2026-11-26 05:52:17.460101','{"account_number":"611974","before":"ACTIVE","effect":"set_status","identity":{"name":"12-10 Test","number":"611974"},"intent":"R-0001-i1","page":"Cancel page"}','6c380ed349d379f18c4674369f33574e2c96b327793745d4e0239d0148b31102');
INSERT INTO "observations" VALUES('R-0001',3,1,'effect_sent','6.3','2026-11-26 05:52:17.462414','{"intent":"R-0001-i1","requests":[{"method":"POST","path":"/a","status":200}]}','3b7911e04fc5018ad6c6039224106e61825fd23ce257b751befda12e16ad8fff');
INSERT INTO "observations" VALUES('R-0001',4,1,'effect_settled','6.3','2026-11-26 05:52:17.464749','{"effect":"set_status","intent":"R-0001-i1","outcome":"done","seen":"DELETE"}','4cee5d7c6de05b486b84c8e88f2176717581c7ca285f6bde1be445bb33541ae0');
INSERT INTO "observations" VALUES('R-0001',5,1,'end','','2026-11-26 05:52:17.466924','{"outcome":{"account_name":"12-10 Test","account_number":"611974","case_dir":"","code":"drift","end":"needs_human","id":"R-0001","message":"m","proof":[],"recoveries":[],"seconds":0.0}}','6850352ea1e9d9229e0a140b4487a642b134b7633d1ccb8ce17eaf9918bba6a9');
CREATE TABLE requests (
	position INTEGER NOT NULL, 
	id VARCHAR(100) NOT NULL, 
	account_number TEXT NOT NULL, 
	content TEXT NOT NULL, 
	source TEXT NOT NULL, 
	accepted_at DATETIME NOT NULL, 
	PRIMARY KEY (position), 
	UNIQUE (id)
);
INSERT INTO "requests" VALUES(1,'R-0001','611974','{"account_name":"12-10 Test","account_number":"611974","date":"2026-11-30","id":"R-0001","opt_out":true,"reason":"Too expensive","requested_by":"Pat Lee"}','','2026-11-26 05:52:17.443250');
CREATE INDEX ix_requests_account_number ON requests (account_number);
CREATE INDEX ix_ends_end ON ends ("end");
CREATE INDEX ix_intents_account_number ON intents (account_number);
COMMIT;