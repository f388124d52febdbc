/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

import com.github.kagkarlsson.scheduler.jdbc.MySQLBaseJdbcCustomization;
import org.jspecify.annotations.Nullable;

/**
 * MySQL and MariaDB, whose times have no zone: they are in UTC, whatever the zones of the
 * session and of the JVM are.
 * <p>
 * Times are written as text, which both drivers pass on as it is. As timestamps, MySQL's
 * driver takes their fractions away for a MariaDB server, and with prepared statements on
 * the server it turns those after 2038 into {@code NULL} there.
 */
final class MySqlJdbcCustomization extends MySQLBaseJdbcCustomization {

	private static final DateTimeFormatter MICROSECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS")
		.withZone(ZoneOffset.UTC);

	MySqlJdbcCustomization() {
		super(true);
	}

	@Override
	public void setInstant(PreparedStatement statement, int index, @Nullable Instant value) throws SQLException {
		if (value != null) {
			statement.setString(index, MICROSECONDS.format(value));
		}
		else {
			statement.setNull(index, Types.TIMESTAMP);
		}
	}

	@Override
	public @Nullable Instant getInstant(ResultSet resultSet, String columnName) throws SQLException {
		LocalDateTime value = resultSet.getObject(columnName, LocalDateTime.class);
		return (value != null) ? value.toInstant(ZoneOffset.UTC) : null;
	}

}
