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

package io.datafast.sample.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.StringUtils;

/**
 * DataFast where there is no API key, so that the shop works on a laptop without an
 * account or a network: a {@link MockDataFast} that can be told how to behave.
 */
public final class InProcessDataFast implements AutoCloseable {

	private final List<ReceivedGoal> receivedBeforeOutages = new ArrayList<>();

	private MockDataFast mock = MockDataFast.start();

	private Behaviour behaviour = Behaviour.ANSWERS;

	private @Nullable Socket refusing;

	/**
	 * Returns the mock that answers now.
	 * @return the mock; another one after each outage
	 */
	public synchronized MockDataFast getMock() {
		return this.mock;
	}

	synchronized Behaviour getBehaviour() {
		return this.behaviour;
	}

	synchronized List<ReceivedGoal> getGoals() {
		List<ReceivedGoal> goals = new ArrayList<>(this.receivedBeforeOutages);
		if (this.refusing == null) {
			goals.addAll(this.mock.getGoals());
		}
		return goals;
	}

	/**
	 * Change the behaviour. An outage is a real one: nothing listens on the port.
	 */
	synchronized void behave(Behaviour behaviour) {
		if (behaviour == Behaviour.DOWN) {
			stop();
		}
		else {
			restart();
			behaviour.apply(this.mock);
		}
		this.behaviour = behaviour;
	}

	private void stop() {
		if (this.refusing == null) {
			this.mock.close();
			this.receivedBeforeOutages.addAll(this.mock.getGoals());
			this.refusing = refuseConnections(getPort());
		}
	}

	private void restart() {
		if (this.refusing != null) {
			close(this.refusing);
			this.refusing = null;
			this.mock = MockDataFast.start(getPort());
		}
	}

	private int getPort() {
		return URI.create(this.mock.getBaseUrl()).getPort();
	}

	/**
	 * A socket that is bound and does not listen refuses connections, and keeps the port
	 * for the end of the outage.
	 */
	private static Socket refuseConnections(int port) {
		Socket socket = new Socket();
		try {
			socket.setReuseAddress(true);
			socket.bind(new InetSocketAddress("127.0.0.1", port));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return socket;
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public synchronized void close() {
		this.mock.close();
		if (this.refusing != null) {
			close(this.refusing);
		}
	}

	/**
	 * Starts DataFast where there is no API key, and points the shop to it.
	 */
	public static class Initializer implements ApplicationContextInitializer<GenericApplicationContext> {

		@Override
		public void initialize(GenericApplicationContext context) {
			ConfigurableEnvironment environment = context.getEnvironment();
			if (StringUtils.hasText(environment.getProperty("datafast.api-key"))) {
				return;
			}
			Map<String, Object> properties = new HashMap<>();
			// DataFast's script, which sets the cookie otherwise, is not on the page.
			properties.put("datafast.visitor.issue-cookie", true);
			properties.put("datafast.visitor.cookie-domain", "localhost");
			if (!Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
				InProcessDataFast dataFast = new InProcessDataFast();
				properties.put("datafast.base-url", dataFast.getMock().getBaseUrl());
				properties.put("datafast.api-key", dataFast.getMock().getApiKey());
				register(dataFast, context.getDefaultListableBeanFactory());
			}
			environment.getPropertySources().addFirst(new MapPropertySource("inProcessDataFast", properties));
		}

		/**
		 * As a bean, DataFast is closed after the goals that are pending at shutdown have
		 * arrived: what is registered first is destroyed last.
		 */
		private static void register(InProcessDataFast dataFast, DefaultListableBeanFactory beanFactory) {
			beanFactory.registerSingleton("inProcessDataFast", dataFast);
			beanFactory.registerDisposableBean("inProcessDataFast", dataFast::close);
		}

	}

}
