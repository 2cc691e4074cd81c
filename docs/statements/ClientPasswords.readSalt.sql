-- ClientPasswords.readSalt

SELECT salt FROM client_password_salt;

-- Plan, with any values:
-- Seq Scan on client_password_salt
