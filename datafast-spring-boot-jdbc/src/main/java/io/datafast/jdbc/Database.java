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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.IntSupplier;

import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.MssqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.MySQLBaseJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.OracleJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import org.jspecify.annotations.Nullable;

/**
 * A database product.
 *
 * @param dialect what db-scheduler has to know about it
 */
record Database(JdbcCustomization dialect) {

	/**
	 * Find the dialect. db-scheduler would find it by itself, but takes the default
	 * dialect if it gets no connection.
	 */
	static Database of(DatabaseMetaData metaData) throws SQLException {
		return new Database(switch (metaData.getDatabaseProductName()) {
			case "PostgreSQL" -> new PostgreSqlJdbcCustomization(false, false);
			case "MySQL", "MariaDB" -> new MySqlDialect();
			case "Microsoft SQL Server" -> new MssqlJdbcCustomization(true);
			case "Oracle" -> new OracleJdbcCustomization(false);
			default -> new DefaultJdbcCustomization(false);
		});
	}

	boolean isPostgreSql() {
		return this.dialect instanceof PostgreSqlJdbcCustomization;
	}

	/**
	 * Whether it is MySQL or MariaDB.
	 */
	boolean isMySql() {
		return this.dialect instanceof MySqlDialect;
	}

	/**
	 * The dialect for a db-scheduler that finds no more goals than are to be delivered
	 * now, so that an outage of DataFast neither changes rows nor fills the memory with
	 * them.
	 * @param limit how many goals are to be delivered now
	 */
	JdbcCustomization dialect(IntSupplier limit) {
		return (JdbcCustomization) Proxy.newProxyInstance(JdbcCustomization.class.getClassLoader(),
				new Class<?>[] { JdbcCustomization.class },
				(proxy, method, arguments) -> invoke(method, arguments, limit));
	}

	/**
	 * Call a method of the dialect. The two methods that find goals have the limit as a
	 * parameter.
	 */
	private @Nullable Object invoke(Method method, Object[] arguments, IntSupplier limit) throws Throwable {
		int available = limit.getAsInt();
		if (method.getName().equals("lockAndFetchSingleStatement")) {
			if (available == 0) {
				return List.of();
			}
			arguments[2] = Math.min((int) arguments[2], available);
		}
		else if (method.getName().equals("createSelectDueQuery")) {
			arguments[1] = Math.min((int) arguments[1], Math.max(1, available));
			arguments[2] = (available == 0) ? arguments[2] + " and 1 = 0 " : arguments[2];
		}
		try {
			return method.invoke(this.dialect, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/**
	 * MySQL and MariaDB, whose times have no zone: they are in UTC, whatever the zones of
	 * the session and of the JVM are.
	 * <p>
	 * Times are written as text, which the drivers of both databases pass on unchanged.
	 * Of a timestamp, MySQL's driver removes the fraction of a second for a MariaDB
	 * server. With server-side prepared statements, it turns timestamps after 2038 into
	 * {@code NULL} for such a server.
	 */
	private static final class MySqlDialect extends MySQLBaseJdbcCustomization {

		private static final DateTimeFormatter MICROSECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS")
			.withZone(ZoneOffset.UTC);

		private MySqlDialect() {
			super(true);
		}

		@Override
		public void setInstant(PreparedStatement statement, int index, @Nullable Instant value) throws SQLException {
			statement.setString(index, (value != null) ? MICROSECONDS.format(value) : null);
		}

		@Override
		public @Nullable Instant getInstant(ResultSet resultSet, String columnName) throws SQLException {
			LocalDateTime value = resultSet.getObject(columnName, LocalDateTime.class);
			return (value != null) ? value.toInstant(ZoneOffset.UTC) : null;
		}

	}

}
