-- A store of schema 1 as the program of commit 0acc562 wrote it: a text that was scored, generations and choices, under
-- two methods. Host, times and file hashes were made constant; the identities are the program's.
PRAGMA application_id = 1397048662;
PRAGMA user_version = 1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  configuration TEXT NOT NULL,          -- resolved configuration, canonical JSON
  configuration_hash TEXT NOT NULL,     -- SHA-256 of it
  environment TEXT NOT NULL,            -- JSON object of texts
  warnings TEXT NOT NULL,               -- JSON array of texts
  started_at REAL NOT NULL,
  ended_at REAL,                        -- NULL: killed, or still running
  status INTEGER                        -- exit status
);
INSERT INTO runs VALUES(1,'v1','{"gates":[],"methods":["plain","self-extend:G=4,W=32"],"models":[{"cache":"float32","chat":null,"context":null,"name":"tiny","path":"tiny.gguf"}],"name":"v1","seed":7,"tasks":[{"pg19":{"lengths":[64],"path":"text","stride":32,"windows":1}},{"passkey":{"depths":2,"lengths":[256],"max-new-tokens":3,"trials":1}},{"multiple-choice":{"choices-field":"choices","path":"q.jsonl","question-field":"question"}}]}','c52045a0928b8d7dc3b450c5b6e32baacfcf157ae9a5f334ee1d3550bb6b0296','{"host":"test","numerics":"2/float32","seed":"7"}','[]',1795689994.0,1795689995.0,0);
CREATE TABLE cells (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  method TEXT NOT NULL,
  task TEXT NOT NULL,
  coordinates TEXT NOT NULL,            -- 'length=4096,depth=0.5'
  record TEXT NOT NULL                  -- everything, JSON (CellRecord)
);
INSERT INTO cells VALUES(1,'c55df0d37924d6efb3a4fa85f6dc54b0c56c160808e098e2731166b14337ac3e','tiny','plain','pg19','length=64','{"contextWindow":512,"coordinates":[{"name":"length","value":"64"}],"dataHash":"0b504b6dd576f3ec9e078075466c33e3118dbedc86a0892de50a1d7a032438b9","method":"plain","metrics":[{"aggregation":"perplexity","higherIsBetter":false,"name":"perplexity"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"pg19/se-eval-v1","protocolNotes":["windows of exactly the stated length (BOS included where the tokenizer puts one in front); the last 32 tokens of each are scored; windows of all lengths end at the same places, so the scored tokens are the same","1 windows per document, evenly spread over it","documents shorter than the longest window are left out; line ends are LF; no text normalisation","perplexity = exp(mean negative log-likelihood per scored token) over all windows of all documents"],"sampleCount":1,"settings":"{\"lengths\":[64],\"path\":\"text\",\"stride\":32,\"windows\":1}","task":"pg19"}');
INSERT INTO cells VALUES(2,'112a36723192ade38ee1b9e1d9379eaaea6eb14a26d68167d2da2426decd12fb','tiny','plain','passkey','length=256,depth=0','{"contextWindow":512,"coordinates":[{"name":"length","value":"256"},{"name":"depth","value":"0"}],"dataHash":"","method":"plain","metrics":[{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"passkey/se-eval-v1","protocolNotes":["wording ''train''; filler sentences fill the prompt (BOS and chat markers included) to the requested length from below; keys of 5 digits, first one not 0, the same for every method","depth = share of the filler before the key sentence; realised_depth = share of the prompt''s tokens before the key","right when the first run of ASCII digits in the greedy output is exactly the key; `prefix_match` is right when the output begins with the key","at most 3 new tokens"],"sampleCount":1,"settings":"{\"depths\":2,\"lengths\":[256],\"max-new-tokens\":3,\"trials\":1}","task":"passkey"}');
INSERT INTO cells VALUES(3,'43c80b46fa617e3ce05505630d598cb468e2b0eb9e3377b533b39a65f27c0ab7','tiny','plain','passkey','length=256,depth=1','{"contextWindow":512,"coordinates":[{"name":"length","value":"256"},{"name":"depth","value":"1"}],"dataHash":"","method":"plain","metrics":[{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"passkey/se-eval-v1","protocolNotes":["wording ''train''; filler sentences fill the prompt (BOS and chat markers included) to the requested length from below; keys of 5 digits, first one not 0, the same for every method","depth = share of the filler before the key sentence; realised_depth = share of the prompt''s tokens before the key","right when the first run of ASCII digits in the greedy output is exactly the key; `prefix_match` is right when the output begins with the key","at most 3 new tokens"],"sampleCount":1,"settings":"{\"depths\":2,\"lengths\":[256],\"max-new-tokens\":3,\"trials\":1}","task":"passkey"}');
INSERT INTO cells VALUES(4,'2860e475f2f4de43a46c2c690c8ca75706bfa88a96309e526a6d76320d8cf2ef','tiny','plain','multiple-choice','file=q.jsonl,shots=0','{"contextWindow":512,"coordinates":[{"name":"file","value":"q.jsonl"},{"name":"shots","value":"0"}],"dataHash":"d4a1ea742a9e722e2705359918fe42b3d163cdb45c62e66ab88382996ebeb203","method":"plain","metrics":[{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy"},{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy_norm_chars"},{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy_norm_bytes"},{"aggregation":"mean","higherIsBetter":true,"name":"mc2"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"multiple-choice/cloze-v1+0-shot","protocolNotes":["the question, then each choice''s text as a continuation","0 examples before each question","accuracy: the choice of the highest summed log-probability is right; accuracy_norm_chars and accuracy_norm_bytes: of the highest sum divided by the continuation''s characters (lm-eval''s acc_norm) or UTF-8 bytes (acc_bytes); the first of equals counts; where several choices are right, any of them is","mc2 (TruthfulQA): probability of the right choices as a share of that of all","a continuation''s tokens are those that the whole text has beyond the tokens of the prompt; in a chat they follow the markers directly"],"sampleCount":2,"settings":"{\"choices-field\":\"choices\",\"path\":\"q.jsonl\",\"question-field\":\"question\"}","task":"multiple-choice"}');
INSERT INTO cells VALUES(5,'a2179e4dca81708133ca1fcaafb5f0b0c0002755eabfcab0ea4e229e497ce544','tiny','self-extend:G=4,W=32','pg19','length=64','{"contextWindow":512,"coordinates":[{"name":"length","value":"64"}],"dataHash":"0b504b6dd576f3ec9e078075466c33e3118dbedc86a0892de50a1d7a032438b9","method":"self-extend:G=4,W=32","metrics":[{"aggregation":"perplexity","higherIsBetter":false,"name":"perplexity"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"pg19/se-eval-v1","protocolNotes":["windows of exactly the stated length (BOS included where the tokenizer puts one in front); the last 32 tokens of each are scored; windows of all lengths end at the same places, so the scored tokens are the same","1 windows per document, evenly spread over it","documents shorter than the longest window are left out; line ends are LF; no text normalisation","perplexity = exp(mean negative log-likelihood per scored token) over all windows of all documents"],"sampleCount":1,"settings":"{\"lengths\":[64],\"path\":\"text\",\"stride\":32,\"windows\":1}","task":"pg19"}');
INSERT INTO cells VALUES(6,'d0cf91749335da6a3fcbff2d99a8f4a00c0cb5984dcd6da6900c0d4595f039b9','tiny','self-extend:G=4,W=32','passkey','length=256,depth=0','{"contextWindow":512,"coordinates":[{"name":"length","value":"256"},{"name":"depth","value":"0"}],"dataHash":"","method":"self-extend:G=4,W=32","metrics":[{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"passkey/se-eval-v1","protocolNotes":["wording ''train''; filler sentences fill the prompt (BOS and chat markers included) to the requested length from below; keys of 5 digits, first one not 0, the same for every method","depth = share of the filler before the key sentence; realised_depth = share of the prompt''s tokens before the key","right when the first run of ASCII digits in the greedy output is exactly the key; `prefix_match` is right when the output begins with the key","at most 3 new tokens"],"sampleCount":1,"settings":"{\"depths\":2,\"lengths\":[256],\"max-new-tokens\":3,\"trials\":1}","task":"passkey"}');
INSERT INTO cells VALUES(7,'4e2d8978e342efb0b3a6f146137ef8ffcbb258efdfc6bdd108f07fcab7333bc6','tiny','self-extend:G=4,W=32','passkey','length=256,depth=1','{"contextWindow":512,"coordinates":[{"name":"length","value":"256"},{"name":"depth","value":"1"}],"dataHash":"","method":"self-extend:G=4,W=32","metrics":[{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"passkey/se-eval-v1","protocolNotes":["wording ''train''; filler sentences fill the prompt (BOS and chat markers included) to the requested length from below; keys of 5 digits, first one not 0, the same for every method","depth = share of the filler before the key sentence; realised_depth = share of the prompt''s tokens before the key","right when the first run of ASCII digits in the greedy output is exactly the key; `prefix_match` is right when the output begins with the key","at most 3 new tokens"],"sampleCount":1,"settings":"{\"depths\":2,\"lengths\":[256],\"max-new-tokens\":3,\"trials\":1}","task":"passkey"}');
INSERT INTO cells VALUES(8,'1384a174d6dc84dc765aaf04175bcfd075d29d8521043939636bbd86630d2780','tiny','self-extend:G=4,W=32','multiple-choice','file=q.jsonl,shots=0','{"contextWindow":512,"coordinates":[{"name":"file","value":"q.jsonl"},{"name":"shots","value":"0"}],"dataHash":"d4a1ea742a9e722e2705359918fe42b3d163cdb45c62e66ab88382996ebeb203","method":"self-extend:G=4,W=32","metrics":[{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy"},{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy_norm_chars"},{"aggregation":"accuracy","higherIsBetter":true,"name":"accuracy_norm_bytes"},{"aggregation":"mean","higherIsBetter":true,"name":"mc2"}],"model":"tiny","modelHash":"e77d306bd8b85ce53c8d0b7d2a48723c912311dbfc60cf6024c679846cffa7d5","protocolName":"multiple-choice/cloze-v1+0-shot","protocolNotes":["the question, then each choice''s text as a continuation","0 examples before each question","accuracy: the choice of the highest summed log-probability is right; accuracy_norm_chars and accuracy_norm_bytes: of the highest sum divided by the continuation''s characters (lm-eval''s acc_norm) or UTF-8 bytes (acc_bytes); the first of equals counts; where several choices are right, any of them is","mc2 (TruthfulQA): probability of the right choices as a share of that of all","a continuation''s tokens are those that the whole text has beyond the tokens of the prompt; in a chat they follow the markers directly"],"sampleCount":2,"settings":"{\"choices-field\":\"choices\",\"path\":\"q.jsonl\",\"question-field\":\"question\"}","task":"multiple-choice"}');
CREATE TABLE run_cells (
  run INTEGER NOT NULL REFERENCES runs(id),
  cell INTEGER NOT NULL REFERENCES cells(id),
  PRIMARY KEY (run, cell)
) WITHOUT ROWID;
INSERT INTO run_cells VALUES(1,1);
INSERT INTO run_cells VALUES(1,2);
INSERT INTO run_cells VALUES(1,3);
INSERT INTO run_cells VALUES(1,4);
INSERT INTO run_cells VALUES(1,5);
INSERT INTO run_cells VALUES(1,6);
INSERT INTO run_cells VALUES(1,7);
INSERT INTO run_cells VALUES(1,8);
CREATE TABLE prompts (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,          -- of the UTF-8 bytes
  byte_count INTEGER NOT NULL,          -- before compression
  codec INTEGER NOT NULL,               -- 0 as it is, 1 LZ (see LZ.swift)
  content BLOB NOT NULL
);
INSERT INTO prompts VALUES(1,'1d14bbc3c7177d52513887f6e81810bb4671917e92f958cffe871d16efa02a7d',63,1,X'f2214d6169736b204272757661696c7420697320746865207772697465722e20526f62696e2048756e6420776f726b7320612000406472697620001051');
INSERT INTO prompts VALUES(2,'12952ecbd6db16b9e3462030ff13db6d17b98b081246b5b39a8e97d1dd7d335a',236,1,X'f12e4f6e65206e756d6265722069732068696464656e20696e2061206c6f6e6720616e6420706c61696e20746578742e205265616420616c6c206f662069741f00766b6565702074684700a16e206d696e642e2041741700f01b656e6420796f752077696c6c2062652061736b656420666f722069742e205468652070617373206b657982008232373039342e204b55002569739d00045600314e6f775700009000003100a06f7665722e20576861740e00008800044f001c3f5d0000');
INSERT INTO prompts VALUES(3,'ca8d96aad9b9f03ef1b1dbb50afecb6987a3fd0b6c809db0128384f4a505ca19',236,1,X'f12e4f6e65206e756d6265722069732068696464656e20696e2061206c6f6e6720616e6420706c61696e20746578742e205265616420616c6c206f662069741f00766b6565702074684700a16e206d696e642e2041741700f01b656e6420796f752077696c6c2062652061736b656420666f722069742e205468652070617373206b657982008231353032332e204b55002569739d00045600314e6f775700009000003100a06f7665722e20576861740e00008800044f001c3f5d0000');
INSERT INTO prompts VALUES(4,'839f435f4ab2d93ccb4d3ed9872074e1e8aa9467ecfcb1053e6fd0f3ccc98553',28,0,X'5175657374696f6e3a2054686520736b792069730a416e737765723a');
INSERT INTO prompts VALUES(5,'823e25bf38bea57af86009e6a3bb43dc0336435606bab192346b8ce87fceee53',33,0,X'5175657374696f6e3a2054776f20616e642074776f206172650a416e737765723a');
CREATE TABLE evaluations (
  id INTEGER PRIMARY KEY,
  identity TEXT NOT NULL,               -- SHA-256 over all that the result depends on
  prompt INTEGER NOT NULL REFERENCES prompts(id),
  first_tokens TEXT NOT NULL,           -- JSON array
  prompt_token_count INTEGER NOT NULL,
  truncated_token_count INTEGER NOT NULL,
  expected TEXT NOT NULL,               -- JSON array
  facts TEXT NOT NULL,                  -- JSON object
  output TEXT,                          -- NULL: the text was only scored
  output_tokens TEXT,                   -- JSON array
  finish_reason TEXT,                   -- eos, length, stop
  log_probabilities BLOB,               -- float32, little-endian, natural logarithm
  duration_seconds REAL NOT NULL,
  computed_token_count INTEGER NOT NULL,
  recorded_at REAL NOT NULL
);
INSERT INTO evaluations VALUES(1,'8107c938bb15726532a805ac8781f619058e207e804778495acb270fd6746cee',1,'[257,77,97,105,115,107,32,66]',64,0,'[]','{"document":"a.txt","first_scored":32,"scored_count":32,"text_end":63,"text_offset":0,"window":0}',NULL,NULL,NULL,X'f299bac003c2abc08d54aec07753c8c033ecc6c0734fc4c0547cacc0a7cb96c083f9f3c00e87d1c04169b8c00592c2c0a2fdc8c03ff896c0a065d5c05f5599c006e4b8c0da10c2c0e5199ec0d987b1c04cf096c02a07a7c07a76a3c0d8f0b6c00de9b8c0299eacc0b51a90c04bf0abc0ba02edc0346cd6c0c978d6c0918b99c0e7ecedc0be159bc03d74b0c01977dec02140abc0aca3c3c04c5db8c00cc7c3c07c46d8c0f37b9ac0dacd9fc024439dc0565babc00ad1e9c0d882c3c0906cddc095b3ddc03b82bfc01c41a5c06e38b7c0e9e78cc09c95a2c041c9b5c09ec18dc0ca30bac0d6136fc01b52c0c0b734adc0f081e0c09364cbc0aac8bcc0',0.00080000000000000003833,63,1795689995.0);
INSERT INTO evaluations VALUES(2,'5f4a5eda03535c20891d2779ad9e840fc9290d5187e16ead9e6d90b29ba62e09',2,'[257,79,110,101,32,110,117,109]',237,0,'["27094"]','{"fillers":0,"key_token":145,"realised_depth":0.6118143459915611,"realised_length":237,"requested_depth":0,"requested_length":256,"trial":0,"wording":"train"}',replace('\n		','\n',char(10)),'[10,9,9]','length',NULL,0.0005000000000000000104,238,1795689996.0);
INSERT INTO evaluations VALUES(3,'c58df072e7bd9c8c6fefc34a4fa5f4af828898a2241c355ef6a264a2b9c0952b',3,'[257,79,110,101,32,110,117,109]',237,0,'["15023"]','{"fillers":0,"key_token":145,"realised_depth":0.6118143459915611,"realised_length":237,"requested_depth":1,"requested_length":256,"trial":0,"wording":"train"}',replace('\n		','\n',char(10)),'[10,9,9]','length',NULL,0.00029999999999999997371,94,1795689997.0);
INSERT INTO evaluations VALUES(4,'081a5c7c07e0aa512e5bb33f5b63a36d67b147bd76afe2a801e84df714de25a8',4,'[257,81,117,101,115,116,105,111]',29,0,'["blue"]','{"choice_tokens":[5,6],"choices":["blue","green"],"realised_length":29,"right":[0]}','A. blue [log-probabilities A -29.546, B -32.459]',NULL,'choice',X'6812cdc00101cdc0b85cc6c06d2fb6c0f8d69ac06812cdc07bfb8fc0b515a0c0b9839bc068c5c2c03541b3c0',0.00029999999999999997371,38,1795689998.0);
INSERT INTO evaluations VALUES(5,'da22401b341d410e9210138003fcaf161c99a89a26a7923369fc4ed9b0500da4',5,'[257,81,117,101,115,116,105,111]',34,0,'["four"]','{"choice_tokens":[6,5,5],"choices":["three","four","five"],"realised_length":34,"right":[1]}','C. five [log-probabilities A -33.598, B -30.559, C -27.446]',NULL,'choice',X'dfb3d8c05a8c9fc030fbb6c03f1ca8c022cfa8c0b3fab2c0dfb3d8c0bf3dbec04f8ed3c09050d2c0a51495c0dfb3d8c0bf3dbec0d0a3a3c0fde06fc026c2bbc0',0.00020000000000000000958,37,1795689999.0);
INSERT INTO evaluations VALUES(6,'53519fe279791785551268f212e70e6ea4a54aabb60835f7b4eb8178e5268764',1,'[257,77,97,105,115,107,32,66]',64,0,'[]','{"document":"a.txt","first_scored":32,"scored_count":32,"text_end":63,"text_offset":0,"window":0}',NULL,NULL,NULL,X'f299bac003c2abc08d54aec07753c8c033ecc6c0734fc4c0547cacc0a7cb96c083f9f3c00e87d1c04169b8c00592c2c0a2fdc8c03ff896c0a065d5c05f5599c006e4b8c0da10c2c0e5199ec0d987b1c04cf096c02a07a7c07a76a3c0d8f0b6c00de9b8c0299eacc0b51a90c04bf0abc0ba02edc0346cd6c0c978d6c0918b99c0e7ecedc04a789bc0e626b2c0da44dec03614abc0cdf2c2c00b24b5c0bd09c3c0e1c2d6c0cad499c0ff879fc048b299c035a0acc020dcf3c0b635c4c0a47ddec0686adcc0551fc2c0ed3ca7c0c10dbdc07ea28ac0ff60a3c05fa8b5c0913c8dc05072aec087f46ec0bc48c5c0cc60a6c080cedfc0968ecdc0d77fbbc0',0.00040000000000000001916,63,1795690000.0);
INSERT INTO evaluations VALUES(7,'c43579be95c4889fd3bab516f7a40bf24f819daa666d3557d85bb87ee56d04e8',2,'[257,79,110,101,32,110,117,109]',237,0,'["27094"]','{"fillers":0,"key_token":145,"realised_depth":0.6118143459915611,"realised_length":237,"requested_depth":0,"requested_length":256,"trial":0,"wording":"train"}',replace('\n	�','\n',char(10)),'[10,9,172]','length',NULL,0.0005000000000000000104,238,1795690001.0);
INSERT INTO evaluations VALUES(8,'79bc662251169a545ee61b8d964b3cd2e1637372a4ca7e0f635deb4519bf7d88',3,'[257,79,110,101,32,110,117,109]',237,0,'["15023"]','{"fillers":0,"key_token":145,"realised_depth":0.6118143459915611,"realised_length":237,"requested_depth":1,"requested_length":256,"trial":0,"wording":"train"}',replace('\n	�','\n',char(10)),'[10,9,172]','length',NULL,0.00040000000000000001916,94,1795690002.0);
INSERT INTO evaluations VALUES(9,'088d1242307515d695580dd526c1bb3d66e28d3729513261218dcbb0d28c9e72',4,'[257,81,117,101,115,116,105,111]',29,0,'["blue"]','{"choice_tokens":[5,6],"choices":["blue","green"],"realised_length":29,"right":[0]}','A. blue [log-probabilities A -29.546, B -32.491]',NULL,'choice',X'6812cdc00101cdc0b85cc6c06d2fb6c0f8d69ac06812cdc07bfb8fc0b515a0c0b9839bc068c5c2c01e4bb4c0',0.00020000000000000000958,38,1795690003.0);
INSERT INTO evaluations VALUES(10,'1ed761cd5406462f7f38ce9970c0e0c8aac28b07126d4102cff65d62177eee83',5,'[257,81,117,101,115,116,105,111]',34,0,'["four"]','{"choice_tokens":[6,5,5],"choices":["three","four","five"],"realised_length":34,"right":[1]}','C. five [log-probabilities A -33.53, B -30.307, C -27.492]',NULL,'choice',X'2699d8c0ab6ea0c03fc0b6c0a3bba7c0fa7aa5c053f3b3c02699d8c01be5bdc09449d0c0ac9ccec04d6e94c02699d8c01be5bdc0b03fa5c0e06170c026d0bbc0',0.00020000000000000000958,37,1795690004.0);
CREATE TABLE scores (
  evaluation INTEGER NOT NULL REFERENCES evaluations(id),
  ordinal INTEGER NOT NULL,
  metric TEXT NOT NULL,
  value REAL,
  unscored TEXT,
  PRIMARY KEY (evaluation, ordinal),
  CHECK ((value IS NULL) <> (unscored IS NULL))
) WITHOUT ROWID;
INSERT INTO scores VALUES(1,0,'perplexity',311.47142990924089644,NULL);
INSERT INTO scores VALUES(1,1,'nll_sum',183.72184371948242186,NULL);
INSERT INTO scores VALUES(1,2,'token_count',32.0,NULL);
INSERT INTO scores VALUES(2,0,'accuracy',0.0,NULL);
INSERT INTO scores VALUES(2,1,'prefix_match',0.0,NULL);
INSERT INTO scores VALUES(3,0,'accuracy',0.0,NULL);
INSERT INTO scores VALUES(3,1,'prefix_match',0.0,NULL);
INSERT INTO scores VALUES(4,0,'accuracy',1.0,NULL);
INSERT INTO scores VALUES(4,1,'accuracy_norm_chars',0.0,NULL);
INSERT INTO scores VALUES(4,2,'accuracy_norm_bytes',0.0,NULL);
INSERT INTO scores VALUES(4,3,'mc2',0.9484860021752723469,NULL);
INSERT INTO scores VALUES(5,0,'accuracy',0.0,NULL);
INSERT INTO scores VALUES(5,1,'accuracy_norm_chars',0.0,NULL);
INSERT INTO scores VALUES(5,2,'accuracy_norm_bytes',0.0,NULL);
INSERT INTO scores VALUES(5,3,'mc2',0.042490693584510706715,NULL);
INSERT INTO scores VALUES(6,0,'perplexity',310.76107780365992993,NULL);
INSERT INTO scores VALUES(6,1,'nll_sum',183.64878010749816895,NULL);
INSERT INTO scores VALUES(6,2,'token_count',32.0,NULL);
INSERT INTO scores VALUES(7,0,'accuracy',0.0,NULL);
INSERT INTO scores VALUES(7,1,'prefix_match',0.0,NULL);
INSERT INTO scores VALUES(8,0,'accuracy',0.0,NULL);
INSERT INTO scores VALUES(8,1,'prefix_match',0.0,NULL);
INSERT INTO scores VALUES(9,0,'accuracy',1.0,NULL);
INSERT INTO scores VALUES(9,1,'accuracy_norm_chars',0.0,NULL);
INSERT INTO scores VALUES(9,2,'accuracy_norm_bytes',0.0,NULL);
INSERT INTO scores VALUES(9,3,'mc2',0.9500491023539524571,NULL);
INSERT INTO scores VALUES(10,0,'accuracy',0.0,NULL);
INSERT INTO scores VALUES(10,1,'accuracy_norm_chars',0.0,NULL);
INSERT INTO scores VALUES(10,2,'accuracy_norm_bytes',0.0,NULL);
INSERT INTO scores VALUES(10,3,'mc2',0.05639649944601700382,NULL);
CREATE TABLE results (
  id INTEGER PRIMARY KEY,
  cell INTEGER NOT NULL REFERENCES cells(id),
  sample_id TEXT NOT NULL,
  identity TEXT NOT NULL,
  evaluation INTEGER NOT NULL REFERENCES evaluations(id),
  run INTEGER NOT NULL REFERENCES runs(id),
  current INTEGER NOT NULL CHECK (current IN (0, 1)),
  UNIQUE (cell, sample_id, identity)
);
INSERT INTO results VALUES(1,1,'doc=a.txt/length=64/window=0','8107c938bb15726532a805ac8781f619058e207e804778495acb270fd6746cee',1,1,1);
INSERT INTO results VALUES(2,2,'length=256/depth=0.0/trial=0','5f4a5eda03535c20891d2779ad9e840fc9290d5187e16ead9e6d90b29ba62e09',2,1,1);
INSERT INTO results VALUES(3,3,'length=256/depth=1.0/trial=0','c58df072e7bd9c8c6fefc34a4fa5f4af828898a2241c355ef6a264a2b9c0952b',3,1,1);
INSERT INTO results VALUES(4,4,'row=1','081a5c7c07e0aa512e5bb33f5b63a36d67b147bd76afe2a801e84df714de25a8',4,1,1);
INSERT INTO results VALUES(5,4,'row=2','da22401b341d410e9210138003fcaf161c99a89a26a7923369fc4ed9b0500da4',5,1,1);
INSERT INTO results VALUES(6,5,'doc=a.txt/length=64/window=0','53519fe279791785551268f212e70e6ea4a54aabb60835f7b4eb8178e5268764',6,1,1);
INSERT INTO results VALUES(7,6,'length=256/depth=0.0/trial=0','c43579be95c4889fd3bab516f7a40bf24f819daa666d3557d85bb87ee56d04e8',7,1,1);
INSERT INTO results VALUES(8,7,'length=256/depth=1.0/trial=0','79bc662251169a545ee61b8d964b3cd2e1637372a4ca7e0f635deb4519bf7d88',8,1,1);
INSERT INTO results VALUES(9,8,'row=1','088d1242307515d695580dd526c1bb3d66e28d3729513261218dcbb0d28c9e72',9,1,1);
INSERT INTO results VALUES(10,8,'row=2','1ed761cd5406462f7f38ce9970c0e0c8aac28b07126d4102cff65d62177eee83',10,1,1);
CREATE TABLE failures (
  cell INTEGER NOT NULL REFERENCES cells(id),
  sample_id TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES runs(id),
  message TEXT NOT NULL,
  recorded_at REAL NOT NULL,
  PRIMARY KEY (cell, sample_id)
) WITHOUT ROWID;
CREATE TABLE file_hashes (
  path TEXT PRIMARY KEY,
  byte_count INTEGER NOT NULL,
  modified REAL NOT NULL,
  sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX evaluations_identity ON evaluations (identity);
CREATE UNIQUE INDEX results_current ON results (cell, sample_id) WHERE current = 1;
COMMIT;
